// The library: read or make a trace, replay it through systems, report.

export { detailsOf, resultsOf } from './cli/assemble.ts';
export {
  Core,
  CoreError,
  CorePool,
  boot,
  buddyinfo,
  layoutOf,
  pagetypeinfo,
  useCore,
  zoneinfo,
} from './core/index.ts';
export { type AllocatorState, loadState, saveState } from './core/state.ts';
export { ProcessTree } from './guest/index.ts';
export { RecordingError, openCapture, verifyCapture } from './recording/index.ts';
export type { BootLayout, CoreBuild, CoreConfig, CoreSnapshot, FrameRange } from './core/index.ts';
export * from './replay/index.ts';
export { reportHtml } from './report/html.ts';
export { readResults, resultsJson, writeResults } from './report/json.ts';
export type { Results, SystemResult } from './report/results.ts';
export { parseResults } from './report/schema.ts';
export { resultsTable } from './report/table.ts';
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
  VirtualClock,
  VmMemory,
  Vmm,
  freeFrames,
  touchAndExit,
} from './vmm/index.ts';
