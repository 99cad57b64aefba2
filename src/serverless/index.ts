// The serverless room's public face.

export { SERVERLESS_KNOWN } from './known.ts';
export * from '../vmm/index.ts';
export { ArgumentError, DURATION, durationMs, policyOf } from './argument.ts';
export { WORKLOAD_BOUNDS, expectHostMachine, expectProfile, expectWorkload } from './bounds.ts';
export { CATALOGUE, RUNTIMES, type Runtime, type Workload, resembling } from './catalogue.ts';
export { Container, mappedFrames, startRuntime } from './container.ts';
export { FUNCTION_FIELDS, type ProfileField } from './function-fields.ts';
export {
  DEFAULT_WORKLOAD,
  LIMIT_SLACK_FRAMES,
  type FunctionFacts,
  type FunctionProfile,
  type WorkloadParameters,
  callTemporaryFrames,
  helloProfile,
  memoryBound,
  profileOf,
} from './function-profile.ts';
export type { MeasuredFunction } from './measured-function.ts';
export { MEASURED } from './measured-functions.ts';
export {
  DEFAULT_FUNCTIONS,
  FUNCTION_MODELS,
  type FunctionModel,
  type Scale,
  expectShares,
  measuredProfile,
  modelledProfile,
} from './measured.ts';
export { DEFAULT_GROWTH, GROWTHS, type GrowthSpec, PREDICTED } from './growth/index.ts';
export {
  DEFAULT_HOST_PLACEMENT,
  HOST_PLACEMENTS,
  type HostPlacement,
  type HostPlacementSpec,
  type HostRoom,
} from './hosts/index.ts';
export {
  DEFAULT_IDLE,
  IDLE_POLICIES,
  type IdlePolicy,
  type IdlePolicySpec,
  type IdleStep,
  type IdleWay,
  type LeftOut,
  expectParkable,
  unparkable,
  idlePolicyOf,
} from './idle/index.ts';
export {
  DEFAULT_KEEP_ALIVE_MS,
  KEEP_ALIVES,
  type KeepAlive,
  type KeepAliveSpec,
  type Prewarm,
  fixedKeepAlive,
} from './keep-alive/index.ts';
export {
  type Contended,
  DEFAULT_IDLE_RECLAIM_MS,
  type MachineConfig,
  type SystemContext,
  containersPerVm,
  systemFrames,
} from './machine.ts';
export {
  ManyPerVm,
  type MemoryScheme,
  type VmScheme,
  sharedFrames,
  sharedVm,
  staticConfig,
} from './many-per-vm.ts';
export { type MakeSandbox, OnePerVm, type Sandbox, emptyVms, soloConfig } from './one-per-vm.ts';
export {
  DEFAULT_PLACEMENT,
  FULLEST,
  PLACEMENTS,
  type Placement,
  type PlacementSpec,
} from './placement/index.ts';
export { type OwnMemory, withMemory } from './own-memory.ts';
export { spareFrames } from './park.ts';
export { type SessionFacts, sessionProfile } from './session-profile.ts';
export {
  START_STEPS,
  type MachineSetting,
  type Parent,
  type Start,
  type StartStep,
  type Stop,
} from './system.ts';
export type {
  Asked,
  DeviceWork,
  IdleReclaim,
  ServerlessSystem,
  SystemSpec,
  VmWork,
  Work,
} from './system.ts';
export { SYSTEMS, systemOf } from './systems/index.ts';
export {
  DEFAULT_WHEN_FULL,
  EVICT,
  type FullHost,
  WHEN_FULL,
  type WhenFull,
  whenFullOf,
} from './when-full/index.ts';
