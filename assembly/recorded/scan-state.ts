// What a replay of a compiled recording remembers from command to command.

import { KERNEL_ZONES, MOVES_MAX, SCRATCH_MOVES_OFFSET } from '../../src/abi/layout';
import {
  PROGRAM_CPUS_MAX,
  PROGRAM_LISTS_OFFSET,
  PROGRAM_REPLAY_OFFSET,
  PROGRAM_SCANS_OFFSET,
  SCAN_SLOTS,
} from '../../src/abi/program';
import { scratchAt } from '../base/scratch';
import { COMPACTION_BYTES, Compaction } from '../move/compact-run';

if (PROGRAM_SCANS_OFFSET + SCAN_SLOTS * COMPACTION_BYTES > PROGRAM_LISTS_OFFSET) {
  ERROR('runs of compaction reach into the notes by list');
}
if (PROGRAM_LISTS_OFFSET + 2 * PROGRAM_CPUS_MAX * KERNEL_ZONES > PROGRAM_REPLAY_OFFSET) {
  ERROR('notes by list reach into the rest');
}

/** More of what a replay remembers. */
@unmanaged
class Replay {
  /** The frame freed last + 1, 0: none yet. */
  lastFreed: u32;
  /** Bytes of log that the last run left. */
  logBytes: u32;
  /** 1: the next request has been refused before. */
  again: u32;
  /** 1: the next request is made by a task that is being killed for want of memory. */
  victim: u32;
  /** By kernel zone: the boost of its watermarks when kswapd's run began. */
  boost0: u32;
  boost1: u32;
  boost2: u32;
  boost3: u32;
}
if (offsetof<Replay>('boost3') - offsetof<Replay>('boost0') != 4 * (KERNEL_ZONES - 1)) {
  ERROR('a boost for each kernel zone');
}
if (PROGRAM_REPLAY_OFFSET + <i32>offsetof<Replay>() > MOVES_MAX * 8) {
  ERROR('what a replay remembers outgrew the moves');
}

/** Where the replay keeps what it remembers. */
@inline
export function programTable(offset: usize): usize {
  return scratchAt(SCRATCH_MOVES_OFFSET) + offset;
}

/** The run of compaction in a slot. */
export function scanAt(slot: u32): Compaction {
  const slots = programTable(PROGRAM_SCANS_OFFSET);
  return changetype<Compaction>(slots + <usize>slot * COMPACTION_BYTES);
}


@inline
export function replay(): Replay {
  return changetype<Replay>(programTable(PROGRAM_REPLAY_OFFSET));
}


@inline
export function seenBoost(index: u32): u32 {
  return load<u32>(changetype<usize>(replay()) + ((<usize>index) << 2), offsetof<Replay>('boost0'));
}


@inline
export function setSeenBoost(index: u32, frames: u32): void {
  store<u32>(
    changetype<usize>(replay()) + ((<usize>index) << 2),
    frames,
    offsetof<Replay>('boost0'),
  );
}
