// The core room's public face.

export { CORE_KNOWN } from './known.ts';
export { type FrameSet, addBoth } from './bits.ts';
export { readCore, writeCore } from './bytes.ts';
export { type BootLayout, boot, freeRanges, layoutOf, ramRanges } from './boot.ts';
export type { CoreConfig } from './config.ts';
export { Core, type KswapdWake } from './core.ts';
export type { Asker, FreeSpace } from './instance.ts';
export { CoreError, GuestTooLarge, TooManyGuests, expectAnswer, statusText } from './error.ts';
export type { FrameSlice, FrameView } from './frame-view.ts';
export type { FrameRange } from './frame-range.ts';
export {
  type CompiledCore,
  BUILDS,
  type CoreBuild,
  compiledCore,
  coreVersion,
  loadCore,
  onLlfree,
  useCore,
} from './instantiate.ts';
export type { CallPages } from './objects.ts';
export { LlfreeCore, type LlfreeConfig, type LlfreeRules } from './llfree.ts';
export { llfreeFault } from './llfree-walk.ts';
export type { Monitor } from './monitor.ts';
export type { MoveListener } from './moves.ts';
export { hasHole, releasePages } from './page-run.ts';
export { COMMAND_SLOTS } from './program.ts';
export { surveyZone, type ZoneSurvey } from './survey.ts';
export { CorePool } from './pool.ts';
export { askBeforeRest, forgetAsker, limitGuests } from './resident.ts';
export {
  type AllocatorState,
  type PcpState,
  ZONE_NAMES,
  type ZoneState,
  loadState,
  saveState,
  stateFrames,
} from './state.ts';
export {
  MIGRATETYPE_NAMES,
  buddyinfo,
  freeByOrder,
  freeFrames,
  pagetypeinfo,
  zoneinfo,
} from './proc.ts';
export { type Fault, faultText, verify } from './verify.ts';
export * from '../abi/compact.ts';
export * from '../abi/gfp.ts';
export { type KernelName, kernelOf, type KernelRules, KERNELS } from './kernel.ts';
export * from '../abi/migratetype.ts';
export * from '../abi/program.ts';
export * from '../abi/rule.ts';
export * from '../abi/stat.ts';
export * from '../abi/status.ts';
export * from '../abi/unit.ts';
export { CZONE_DYING, CZONE_GROW_ASK, CZONE_LIMIT_OOM } from '../abi/czone.ts';
// of the layout only names of kinds and sizes: offsets and strides stay in this room
export {
  BUFFER_SLOT_BYTES,
  KERNEL_ZONES,
  KIND_BALLOON,
  KIND_FREE,
  KIND_HOLE,
  KIND_ISOLATED,
  KIND_KERNEL,
  KIND_MASK,
  KIND_MOVABLE,
  KIND_OBJECT,
  KIND_OFFLINE,
  KIND_PCP,
  KIND_RESERVED,
  KIND_TAIL,
  KIND_UNMOVABLE,
  OBJECT_ANON,
  OBJECT_FILE,
  OBJECT_KERNEL,
  PCP_LISTS,
  REPORT_SLOTS,
  ZONE_DMA,
  ZONE_DMA32,
  ZONE_DMA32_LIMIT,
  ZONE_MOVABLE,
  ZONE_NORMAL,
} from '../abi/layout.ts';
export type { CoreSnapshot } from './snapshot.ts';
export type { ZoneView } from './zone-view.ts';
