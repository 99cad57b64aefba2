// The microbench room's public face, and the list: adding one is adding its line here.

import { CZONE } from './czone-benches.ts';
import { BALLOON, REPORTING, UNPLUGS } from './device-benches.ts';
import { AGE, COMPACT, STEAL, TOUCH } from './kernel-benches.ts';
import type { Microbench } from './microbench.ts';
import { POLICIES } from './policy-bench.ts';
import { checked } from './setting.ts';

export { useCore } from '../core/index.ts';
export { type CoreVerdict, checkCore } from './core-check.ts';
export {
  type BenchOutcome,
  type BenchPolicies,
  type BenchResult,
  type BenchSetting,
  BenchDiffers,
  type Microbench,
  type Spread,
  runMicrobenches,
  spreadOf,
} from './microbench.ts';

export {
  type BenchRecord,
  BenchRecordError,
  type ComparedBench,
  compareBenches,
  parseBenchRecord,
} from './records.ts';
export { BENCH_FRAMES_LEAST, BENCH_FRAMES_MOST, POLICY_KINDS, expectPolicies } from './setting.ts';

const BENCHES: readonly Microbench[] = [
  TOUCH,
  AGE,
  STEAL,
  COMPACT,
  BALLOON,
  REPORTING,
  ...UNPLUGS,
  CZONE,
  POLICIES,
];

/** What mechanisms of the allocator and its devices cost, each by itself. They take guests of 256 MiB to 64 GiB. */
export const MICROBENCHES: readonly Microbench[] = BENCHES.map(checked);
