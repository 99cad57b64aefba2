// The sweep room's public face: many replays, on many threads and machines, and what they say together.

export { type Cell, type Sweep, sweepOf } from './cells.ts';
export { type Difference, differencesOf } from './compare.ts';
export { type Engine, type Failure } from './engine.ts';
export { EngineError, isRedis, shownUrl } from './engines/connection.ts';
export {
  BATCH_FILES,
  BATCH_SYSTEMS,
  type BatchSystem,
  COMMANDS_FILE,
  commandsText,
  quoted,
  scriptOf,
} from './engines/files.ts';
export { redisEngine } from './engines/redis.ts';
export { serveRedis } from './engines/redis-worker.ts';
export { threadEngine } from './engines/threads.ts';
export { type SweepFile, readSweepFile } from './file.ts';
export { type Job, JobError, parseJob } from './job.ts';
export { openSweep, outcomesOf, outcomesText, writeSweep } from './outcome.ts';
export { playInto, unfinished } from './run.ts';
export { JobStore } from './store.ts';
export { type Answer, QueryError, query } from './query.ts';
export { type FactorChoice, chosen, rowsIn } from './tables-in.ts';
export { ratioText, spreadText } from './text.ts';
