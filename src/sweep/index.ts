// The sweep room's public face: many replays, on many threads and machines, and what they say together.

export { type Cell, type Sweep } from './cells.ts';
export { type Difference } from './compare.ts';
export { type CompareOptions, compareResults } from './compare-folders.ts';
export { type Contrast } from './contrast.ts';
export { type Effect } from './effects.ts';
export { type EmittedSweep, emitSweep } from './emit.ts';
export { type Engine, type Failure, type Hearing, type Outcome } from './engine.ts';
export { EngineError, isRedis, shownUrl } from './engines/connection.ts';
export { BATCH_SYSTEMS, type BatchSystem } from './engines/files.ts';
export { redisEngine } from './engines/redis.ts';
export { type WorkerOptions, serveRedis } from './engines/redis-worker.ts';
export { threadEngine } from './engines/threads.ts';
export { type Job, JobError } from './job.ts';
export { type JobFilesOptions, playJobFiles } from './job-files.ts';
export { outcomesText } from './outcome.ts';
export type { Outcomes } from './outcomes.ts';
export type { Choice } from './pareto.ts';
export { type Program } from './program.ts';
export type { Row } from './row.ts';
export {
  type MissingJob,
  type RunOptions,
  SWEEP_FOLDER,
  type SweepOptions,
  type SweepRun,
  runSweep,
} from './run.ts';
export type { Sample } from './statistics.ts';
export type { FinishedCell } from './table.ts';
export { type Answer, QueryError, query } from './query.ts';
export { type FactorChoice } from './tables-in.ts';
export { ratioText, spreadText } from './text.ts';
