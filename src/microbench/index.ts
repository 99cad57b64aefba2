// The microbench room's public face.

export { MICROBENCHES } from './benches.ts';
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
