// The container of a session: its memory is not what calls of a function leave, but follows a series.

import { FRAMES_PER_MIB, MEMORY_BLOCK_FRAMES } from '../abi/unit.ts';
import {
  type FunctionProfile,
  LIMIT_SLACK_FRAMES,
  profileOf,
  resumeOf,
} from './function-profile.ts';

export interface SessionFacts {
  readonly id: number;
  readonly name: string;
  readonly firstFrames: number;
  readonly peakFrames: number;
}

/**
 * All of a session's memory is the heap: its cgroup's figure, anonymous memory and active files, says not how much is which. The
 * limit is a whole number of memory blocks, since platforms give sandboxes round sizes. Its one call does nothing besides.
 */
export function sessionProfile({
  id,
  name,
  firstFrames,
  peakFrames,
}: SessionFacts): FunctionProfile {
  const memoryMib = peakFrames / FRAMES_PER_MIB;
  const blocks = Math.ceil((peakFrames + LIMIT_SLACK_FRAMES) / MEMORY_BLOCK_FRAMES);
  return {
    ...profileOf({ id, name, memoryMib, averageMs: 1 }),
    workload: 'session',
    anonymousFrames: firstFrames,
    peakFrames,
    fileFrames: 0,
    initPeakFrames: 0,
    growthFrames: 0,
    collectionFrames: 0,
    ...resumeOf(firstFrames, 0),
    limitFrames: blocks * MEMORY_BLOCK_FRAMES,
    callWriteFrames: 0,
    callReadFrames: 0,
    callFileFrames: 0,
    callTemporaryFrames: 0,
  };
}
