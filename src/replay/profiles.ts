// What containers of a trace's functions hold and do.

import { expectName } from '../check/index.ts';
import {
  DEFAULT_WORKLOAD,
  FUNCTION_MODELS,
  type FunctionModel,
  type FunctionProfile,
  type WorkloadParameters,
  expectProfile,
  expectShares,
  expectWorkload,
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

/** How functions of a trace get their profiles. */
export interface ProfileOptions {
  /** What a function's memory is made of; the others are `DEFAULT_WORKLOAD`'s. Shares want `functions: 'parametric'`. */
  readonly workload?: Partial<WorkloadParameters> | undefined;
  /** How functions of the trace get their profiles; measured if not said. */
  readonly functions?: FunctionModel | undefined;
  /** Another profile for a function than the one made of what the trace says; undefined: that one. */
  readonly profile?: ((of: TraceFunction, made: FunctionProfile) => FunctionProfile) | undefined;
}

/** What the functions of the trace hold and do in a replay, by id. Throws RefusedArgument. */
export function profilesIn(
  trace: Trace,
  { workload, functions, profile: own }: ProfileOptions,
): FunctionProfile[] {
  const parameters = { ...DEFAULT_WORKLOAD, ...workload };
  expectWorkload(parameters);
  if (functions !== undefined) expectName('functions', functions, FUNCTION_MODELS);
  return profilesOf(trace, parameters, functions).map((made, id) => {
    const profile = own?.(trace.functions[id] as TraceFunction, made) ?? made;
    expectProfile(profile);
    return profile;
  });
}
