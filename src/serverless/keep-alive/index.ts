// The keep-alive policies. Adding one is adding its file and its line here.

import { policies } from '../argument.ts';
import { FIXED } from './fixed.ts';
import { HYBRID } from './hybrid.ts';
import { LRU } from './lru.ts';
import type { KeepAliveSpec } from './policy.ts';

export { DEFAULT_KEEP_ALIVE_MS, fixedKeepAlive } from './fixed.ts';
export type { KeepAlive, KeepAliveSpec, Prewarm } from './policy.ts';

/** Keep-alive policies by name (`--keep-alive`). */
export const KEEP_ALIVES: readonly KeepAliveSpec[] = policies(FIXED, LRU, HYBRID);
