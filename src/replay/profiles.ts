// What containers of a trace's functions hold and do.

import {
  type FunctionModel,
  type FunctionProfile,
  type WorkloadParameters,
  expectShares,
  modelledProfile,
  sessionProfile,
} from '../serverless/index.ts';
import type { Session, Trace, TraceFunction } from '../trace/index.ts';

function ofSession({ id, name }: TraceFunction, { memory }: Session): FunctionProfile {
  const { frames } = memory;
  const peakFrames = frames.reduce((most, one) => Math.max(most, one), 0);
  return sessionProfile({ id, name, firstFrames: frames[0] ?? 0, peakFrames });
}

/** By function id. Throws RefusedArgument for shares that the model does not take. */
export function profilesOf(
  { functions, sessions }: Pick<Trace, 'functions' | 'sessions'>,
  workload: WorkloadParameters,
  model?: FunctionModel,
): FunctionProfile[] {
  expectShares(workload, model);
  return functions.map((fn) => {
    const session = sessions?.[fn.id];
    if (session !== undefined) return ofSession(fn, session);
    const { id, name, memoryMib, durations } = fn;
    const facts = { id, name, memoryMib, averageMs: durations.averageMs };
    return modelledProfile(facts, workload, model);
  });
}
