/**
 * Everything of `guestmem`, and what takes a file system: experiments in YAML, recordings of a real kernel, folders of results.
 *
 * @module guestmem/node
 */
export * from './index.ts';
export {
  type Experiment,
  ExperimentError,
  experimentYaml,
  planOf,
  readExperiment,
  traceOfExperiment,
} from './experiment/index.ts';
export {
  type Capture,
  PAGES_DEFAULTS,
  PAGE_POLICIES,
  type PagePolicy,
  type PagesOptions,
  type PagesResult,
  type ProfileFile,
  RecordingError,
  type VerifyRun,
  figuresOf as measuredOf,
  openCapture,
  parseProfile,
  profileFileOf,
  replayPages,
  verifyCapture,
} from './recording/index.ts';
export {
  FORMATS,
  type Format,
  OutputError,
  ResultsError,
  parseResults,
  reportHtml,
  resultsJson,
  resultsJsonSchema,
} from './report/index.ts';
export { readResults, writeReport } from './report/node.ts';
export { TRACE_WRITERS, type TraceFile, type TraceWriter } from './trace/node.ts';
