// A function's memory as somebody knows it, in place of what is made of its trace.

import { FRAMES_PER_MIB } from '../abi/unit.ts';
import { RefusedArgument, expectInteger, expectName, expectObject } from '../check/index.ts';
import { type FunctionProfile, LIMIT_SLACK_FRAMES, limitFor } from './function-profile.ts';

const OWN = [
  'anonymousFrames',
  'fileFrames',
  'initPeakFrames',
  'growthFrames',
  'callTemporaryFrames',
  'limitFrames',
] as const;

/** Frames; what is not said stays. */
export type OwnMemory = Partial<Pick<FunctionProfile, (typeof OWN)[number]>>;

/** Frames of a guest have numbers of 32 bits. */
const FRAMES_MOST: number = 2 ** 32 - 1;

/** What a caller without types may have said: known keys, and frames. */
function expectOwn(argument: string, own: OwnMemory): void {
  for (const [key, frames] of Object.entries(expectObject(argument, own))) {
    expectName(argument, key, OWN);
    expectInteger(`${argument}.${key}`, frames, 0, FRAMES_MOST);
  }
}

function mibText(frames: number): string {
  return `${Number((frames / FRAMES_PER_MIB).toFixed(3))}MiB`;
}

/**
 * The profile with that memory. Calls touch no more than there is; a limit that is not said is the least that a platform offers.
 * Throws RefusedArgument, of a path that begins with `argument`.
 */
export function withMemory(
  made: FunctionProfile,
  own: OwnMemory,
  argument: string = `memory.${made.name}`,
): FunctionProfile {
  expectOwn(argument, own);
  const all = { ...made, ...own };
  const { anonymousFrames, fileFrames, growthFrames, growthFileFrames = 0 } = all;
  // a session's heap follows its trace to its peak
  const { peakFrames = 0 } = made;
  const calls = Math.max(growthFrames + all.callTemporaryFrames, peakFrames - anonymousFrames);
  const over = Math.max(calls, all.initPeakFrames) + growthFileFrames;
  const needed = fileFrames + anonymousFrames + over + LIMIT_SLACK_FRAMES;
  const { limitFrames = limitFor(needed, argument) } = own;
  if (limitFrames < needed) {
    const least = `${Math.ceil(needed / FRAMES_PER_MIB)}MiB or more`;
    throw new RefusedArgument(`${argument}.limit`, least, mibText(limitFrames));
  }
  const callWriteFrames = Math.min(made.callWriteFrames, anonymousFrames);
  const resumeFrames = Math.min(made.resumeFrames, anonymousFrames);
  return {
    ...made,
    ...own,
    limitFrames,
    collectionFrames: Math.min(made.collectionFrames, anonymousFrames),
    callWriteFrames,
    callReadFrames: Math.min(made.callReadFrames, anonymousFrames - callWriteFrames),
    callFileFrames: Math.min(made.callFileFrames, fileFrames),
    resumeFrames,
    resumeWriteFrames: Math.min(made.resumeWriteFrames, resumeFrames),
    resumeFileFrames: Math.min(made.resumeFileFrames, fileFrames),
  };
}
