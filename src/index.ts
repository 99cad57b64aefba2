// The library: read or make a trace, replay it through systems, report.

export {
  Core,
  CoreError,
  CorePool,
  boot,
  buddyinfo,
  layoutOf,
  loadState,
  pagetypeinfo,
  saveState,
  useCore,
  zoneinfo,
} from './core/index.ts';
export { ProcessTree } from './guest/index.ts';
export { RecordingError, openCapture, verifyCapture } from './recording/index.ts';
export type {
  AllocatorState,
  BootLayout,
  CoreBuild,
  CoreConfig,
  CoreSnapshot,
  FrameRange,
} from './core/index.ts';
export {
  CATALOGUE,
  CAUSES,
  type Cause,
  DEFAULT_IDLE_RECLAIM_MS,
  DEFAULT_KEEP_ALIVE_MS,
  DEFAULT_WORKLOAD,
  type FootprintSeries,
  GuestOutOfMemory,
  HostOutOfMemory,
  type KeepAlive,
  type MachineConfig,
  type PricedRun,
  ReplayInterrupted,
  type ReplayOptions,
  type ReplayRun,
  SYSTEMS,
  type SystemRun,
  type SystemSpec,
  type WorkloadParameters,
  defaultMachine,
  detailsOf,
  fixedKeepAlive,
  replay,
  resultsOf,
} from './replay/index.ts';
export {
  type Details,
  type Results,
  type SystemResult,
  parseResults,
  readResults,
  reportHtml,
  resultsJson,
  resultsTable,
  writeResults,
} from './report/index.ts';
export { Clock, Random, type Timers, randomStream, shuffle } from './time/index.ts';
export * from './trace/index.ts';
export {
  SCENARIOS,
  type Scenario,
  type ScenarioRow,
  guestConfig,
  hotplugStart,
  scenarioTable,
  vmmFootprint,
} from './scenario/index.ts';
export {
  Balloon,
  type BalloonOptions,
  type CZoneOptions,
  CZoneVirtio,
  type DimmOptions,
  Dimms,
  GuestKernel as Guest,
  type GuestConfig,
  type HostPolicy,
  type MemoryDevice,
  MicroVm,
  Reporting,
  type ReportingOptions,
  VirtioMem,
  type VirtioMemOptions,
  VmMemory,
  Vmm,
  freeFrames,
  touchAndExit,
} from './vmm/index.ts';
