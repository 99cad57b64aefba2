// What a microbenchmark is run with, looked at before anything is made of it.

import { FRAMES_PER_GIB, FRAMES_PER_MIB } from '../abi/unit.ts';
import {
  FUNCTION,
  type Shape,
  expectFunction,
  expectInteger,
  expectObject,
  expectShape,
} from '../check/index.ts';
import { GROWTH_SHAPE } from '../vmm/index.ts';
import type { BenchPolicies, BenchSetting, Microbench } from './microbench.ts';

/** The smallest guest that has room for what the microbenchmarks do, in frames: 256 MiB. */
export const BENCH_FRAMES_LEAST: number = 256 * FRAMES_PER_MIB;
/** The largest, 64 GiB. */
export const BENCH_FRAMES_MOST: number = 64 * FRAMES_PER_GIB;

/** What a policy must have, by its kind. */
const SHAPES = {
  growth: GROWTH_SHAPE,
  placement: { choose: FUNCTION },
  keepAlive: { arrived: FUNCTION, keepMs: FUNCTION },
} as const satisfies Record<keyof BenchPolicies, Shape>;

/** Kinds of policies that may be one's own. */
export const POLICY_KINDS: readonly (keyof BenchPolicies)[] = ['growth', 'placement', 'keepAlive'];

/** Each policy has been made once, and has what its kind has. Throws RefusedArgument. */
export function expectPolicies<Policies extends BenchPolicies>(policies: Policies): Policies {
  for (const kind of POLICY_KINDS) {
    const make = policies[kind];
    if (make !== undefined) expectShape(kind, expectFunction(kind, make)() as object, SHAPES[kind]);
  }
  return policies;
}

function expectSetting(setting: BenchSetting): BenchSetting {
  const { frames } = expectObject('setting', setting);
  expectInteger('setting.frames', frames, BENCH_FRAMES_LEAST, BENCH_FRAMES_MOST);
  return expectPolicies(setting);
}

/** The same, which refuses a setting that it cannot run with. */
export function checked(bench: Microbench): Microbench {
  return { ...bench, prepare: (setting) => bench.prepare(expectSetting(setting)) };
}
