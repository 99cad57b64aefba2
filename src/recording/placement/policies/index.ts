// The placement policies of `guestmem pages`. A policy is a name and one function: adding one is a
// file here and a line below.

import { czoneInZone } from './czone-in-zone.ts';
import { czone } from './czone.ts';
import { linux } from './linux.ts';
import { perProcess } from './per-process.ts';
import type { PagePolicy } from './policy.ts';

export * from './policy.ts';

/** The policies, in the order of the reports. */
export const PAGE_POLICIES: readonly PagePolicy[] = [linux, czone, czoneInZone, perProcess];
