// The face of placement: a recording's requests under other policies.

export { PAGE_POLICIES, type PagePolicy } from './policies/index.ts';
export { PAGE_FILE } from './policies/index.ts';
export {
  type ExitTotals,
  PAGES_DEFAULTS,
  PAGES_SCHEMA,
  type PagesOptions,
  type PagesResult,
  type PagesSample,
  type PolicyResult,
  replayPages,
} from './replay.ts';
export {
  compileStream,
  FREE_MOVED,
  FREE_PLUGGED,
  isFree,
  type PageStream,
  REQUEST_MOVE,
  useOf,
} from './stream.ts';
