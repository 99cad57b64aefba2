// The replay room's public face.

export {
  ArgumentError,
  CAUSES,
  coreVersion,
  CATALOGUE,
  type Cause,
  DEFAULT_GROWTH,
  DEFAULT_HOST_PLACEMENT,
  DEFAULT_IDLE,
  DEFAULT_IDLE_RECLAIM_MS,
  DEFAULT_KEEP_ALIVE_MS,
  DEFAULT_PLACEMENT,
  DEFAULT_WHEN_FULL,
  DEFAULT_WORKLOAD,
  DURATION,
  GROWTHS,
  type GrowthSpec,
  GuestOutOfMemory,
  HOST_PLACEMENTS,
  type HostPlacement,
  type HostPlacementSpec,
  HOST_CACHES,
  type HostCache,
  HostOutOfMemory,
  GuestTooLarge,
  TooManyGuests,
  KEEP_ALIVES,
  type Container,
  FUNCTION_FIELDS,
  FUNCTION_MODELS,
  type FunctionModel,
  MEASURED,
  type MeasuredFunction,
  type Scale,
  measuredProfile,
  type FunctionProfile,
  IDLE_POLICIES,
  type IdlePolicy,
  type IdlePolicySpec,
  type IdleReclaim,
  type IdleStep,
  type KeepAlive,
  type KeepAliveSpec,
  type Prewarm,
  type LeftOut,
  type MachineConfig,
  type MachineSetting,
  ManyPerVm,
  type MemoryScheme,
  type MakeSandbox,
  OnePerVm,
  type OwnMemory,
  emptyVms,
  PLACEMENTS,
  RUNTIMES,
  type Runtime,
  helloProfile,
  type Placement,
  type PlacementSpec,
  SYSTEMS,
  type ServerlessSystem,
  type Contended,
  type Parent,
  type Start,
  type Stop,
  type SystemContext,
  systemOf,
  unparkable,
  type SystemSpec,
  WHEN_FULL,
  type WhenFull,
  type VmScheme,
  WORKLOAD_BOUNDS,
  type WorkloadParameters,
  durationMs,
  fixedKeepAlive,
  idlePolicyOf,
  policyOf,
  whenFullOf,
  sharedFrames,
  sharedVm,
  staticConfig,
} from '../serverless/index.ts';
export {
  type OperationName,
  type Operations,
  type OwnPrice,
  PRICE_LEVELS,
  PRICE_NAMES,
  PRICES,
  type Price,
  type PriceChoice,
  type PriceLevel,
  type Prices,
  pricesOf,
} from '../cost/index.ts';
export { detailsOf } from './details.ts';
export { FIGURES, type Figures, figuresOf } from './figures.ts';
export type { FootprintSeries } from './footprint-meter.ts';
export { defaultMachine } from './default-machine.ts';
export { keepAlivesOf } from './keep-alives.ts';
export { type LeastMemory, leastMemoryOf } from './least-memory.ts';
export { MAP_MOMENTS_MOST, type MapsChoice } from './map-meter.ts';
export { type PlanOptions, replayPlan } from './parallel.ts';
export { type ReplayPlan, expectFunctions, optionsOf } from './plan.ts';
export type { OnEvent, ReplayEvent, ReplayEventKind } from './listener.ts';
export type { RecordSink } from './recorder.ts';
export {
  HOSTS_MAX,
  type Keeper,
  ReplayInterrupted,
  type ReplayOptions,
  idleOf,
  repairsOf,
  replay,
} from './replay.ts';
export { resultsOf } from './results.ts';
export { seedsOf } from './seeds.ts';
export { type PlayedEnds, playEnds, sensitivityOf } from './sensitivity.ts';
export type { PricedRun, ReplayRun, SystemRun } from './run.ts';
export { startWall } from './wall.ts';
