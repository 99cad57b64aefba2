// What a replayed recording leaves behind: wrong predictions, and what per-cpu lists took and gave by themselves.
//
//  record  [ command:30 | kind:2 | frame:32 | resync:32 ]

import { LOG_RECORD_BYTES } from '../../src/abi/program';
import { WORK_BYTES, WORK_LOG } from './work';


@unmanaged
class Log {
  /** Not 0 while a free-running recording wants to see refills and drains. */
  blocks: u32;
  /** Command at hand. */
  command: u32;
  at: usize;
  end: usize;
}
if (<i32>offsetof<Log>() > WORK_BYTES) ERROR('Log outgrew its room');

const log = changetype<Log>(WORK_LOG);

/** Whether refills and drains are to be noted. */
@inline
export function isLogging(): bool {
  return log.blocks != 0;
}

export function logStart(from: usize, end: usize, blocks: bool): void {
  log.at = from;
  log.end = end;
  log.blocks = <u32>blocks;
}


@inline
export function logCommand(number: u32): void {
  log.command = number;
}

/** Appends a record; when the log is full the rest is lost: programRun stops before it can be (LOG_ROOM_MIN). */
export function logRecord(kind: u32, frame: u32, resync: u32): void {
  if (log.at + LOG_RECORD_BYTES > log.end) return;
  store<u32>(log.at, kind | (log.command << 2));
  store<u32>(log.at, frame, 4);
  store<u32>(log.at, resync, 8);
  log.at += LOG_RECORD_BYTES;
}

export function logBlock(kind: u32, frame: u32): void {
  logRecord(kind, frame, 0);
}

/** Bytes still free: the caller stops in time. */
@inline
export function logRoom(): usize {
  return log.end - log.at;
}


@inline
export function logBytes(from: usize): u32 {
  return <u32>(log.at - from);
}
