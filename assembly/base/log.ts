// What a replayed recording leaves behind: wrong predictions, and what per-cpu lists took and gave by themselves.
//
//  record  [ command:30 | kind:2 | frame:32 | resync:32 ]

import { LOG_RECORD_BYTES } from '../../src/abi/program';

/** True while a free-running recording wants to see refills and drains. */
export let logging: bool = false;
let logEnd: usize = 0;
let logAt: usize = 0;
let command: u32 = 0;

export function logStart(from: usize, end: usize, blocks: bool): void {
  logAt = from;
  logEnd = end;
  logging = blocks;
}

let paused: bool = false;

/** What follows is not the core's own decision. */
export function logPause(): void {
  paused = logging;
  logging = false;
}

export function logResume(): void {
  logging = paused;
}


@inline
export function logCommand(number: u32): void {
  command = number;
}

/** Appends a record; when the log is full the rest is lost: programRun stops before it can be (LOG_ROOM_MIN). */
export function logRecord(kind: u32, frame: u32, resync: u32): void {
  if (logAt + LOG_RECORD_BYTES > logEnd) return;
  store<u32>(logAt, kind | (command << 2));
  store<u32>(logAt, frame, 4);
  store<u32>(logAt, resync, 8);
  logAt += LOG_RECORD_BYTES;
}

export function logBlock(kind: u32, frame: u32): void {
  logRecord(kind, frame, 0);
}

/** Bytes still free: the caller stops in time. */
@inline
export function logRoom(): usize {
  return logEnd - logAt;
}


@inline
export function logBytes(from: usize): u32 {
  return <u32>(logAt - from);
}
