// The microbench room's public face, and the list: adding one is adding its line here.

import { CZONE } from './czone-benches.ts';
import { BALLOON, REPORTING, UNPLUGS } from './device-benches.ts';
import { AGE, COMPACT, STEAL, TOUCH } from './kernel-benches.ts';
import type { Microbench } from './microbench.ts';
import { POLICIES } from './policy-bench.ts';

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

export const MICROBENCHES: readonly Microbench[] = [
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
