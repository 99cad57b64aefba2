// A function's memory as somebody knows it, in place of what is made of its trace.

import { RefusedArgument } from '../check/index.ts';
import { type FunctionProfile, LIMIT_SLACK_FRAMES, limitFor } from './function-profile.ts';

/** Frames; what is not said stays. */
export type OwnMemory = Partial<
  Pick<
    FunctionProfile,
    | 'anonymousFrames'
    | 'fileFrames'
    | 'initPeakFrames'
    | 'growthFrames'
    | 'callTemporaryFrames'
    | 'limitFrames'
  >
>;

/** The profile with that memory. Calls touch no more than there is; a limit that is not said is the least that a platform offers. */
export function withMemory(made: FunctionProfile, own: OwnMemory): FunctionProfile {
  const all = { ...made, ...own };
  const { anonymousFrames, fileFrames, growthFrames, growthFileFrames = 0 } = all;
  const over =
    Math.max(growthFrames + all.callTemporaryFrames, all.initPeakFrames) + growthFileFrames;
  const needed = fileFrames + anonymousFrames + over + LIMIT_SLACK_FRAMES;
  const { limitFrames = limitFor(needed) } = own;
  if (limitFrames < needed) {
    throw new RefusedArgument(`limit of ${made.name}`, `${needed} frames or more`, limitFrames);
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
