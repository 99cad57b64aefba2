// The list of microbenchmarks: adding one is adding its line here.

import { CZONE } from './czone-benches.ts';
import { BALLOON, REPORTING, UNPLUGS } from './device-benches.ts';
import { AGE, COMPACT, STEAL, TOUCH } from './kernel-benches.ts';
import type { Microbench } from './microbench.ts';
import { POLICIES } from './policy-bench.ts';
import { checked } from './setting.ts';

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
