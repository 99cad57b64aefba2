// What a host holds for a VM that runs, by cause.

import type { GuestKernel } from '../guest/index.ts';
import {
  CAUSE_ANONYMOUS,
  CAUSE_FILE_SHARED,
  CAUSE_GUEST_OS,
  CAUSE_IDLE_UNUSED,
  CAUSE_PAGE_TABLES,
  CAUSE_VMM,
} from './host.ts';

/** What the VMM itself costs. */
export interface VmmFootprint {
  /** VMM process without guest memory. */
  readonly processFrames: number;
  /** Frames of host page tables for each backed guest frame. */
  readonly tableFramesPerFrame: number;
}

/** Writes it into `account`. `mappedFrames`: of the host's copies of files. */
export function accountOf(
  { core, memory }: GuestKernel,
  vmm: VmmFootprint,
  mappedFrames: number,
  account: Float64Array,
): void {
  const { guestOs, file, anonymous, pageTables } = memory.used;
  account[CAUSE_GUEST_OS] = guestOs;
  account[CAUSE_VMM] = vmm.processFrames;
  account[CAUSE_FILE_SHARED] = file;
  account[CAUSE_ANONYMOUS] = anonymous;
  account[CAUSE_IDLE_UNUSED] = core.privateFrames - guestOs - file - anonymous - pageTables;
  const present = core.backedFrames + mappedFrames;
  account[CAUSE_PAGE_TABLES] = pageTables + present * vmm.tableFramesPerFrame;
}
