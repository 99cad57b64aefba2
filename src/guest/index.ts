// The guest room's public face.

export { GUEST_KNOWN } from './known.ts';
export type {
  CompiledCore,
  Core,
  CoreBuild,
  FrameRange,
  FreeSpace,
  Monitor,
} from '../core/index.ts';
export {
  CorePool,
  type Fault,
  KERNEL_ZONES,
  KIND_HOLE,
  GuestTooLarge,
  TooManyGuests,
  compiledCore,
  limitGuests,
  coreVersion,
  faultText,
  layoutOf,
  loadCore,
  onLlfree,
  useCore,
  verify,
} from '../core/index.ts';
export { BalloonPages, HUGE_BALLOON_ORDER } from './service/balloon.ts';
export { CgroupBlocks } from './service/cgroup-blocks.ts';
export * from './counts.ts';
export { type CZoneRegion, CZones, type CZoneSupplier } from './zones.ts';
export {
  type CZoneEvents,
  type CZoneFigures,
  CZonePages,
  FIRST_CZONE,
  POOL,
} from './service/czone.ts';
export { growAsPredicted } from './policy/grow-predicted.ts';
export { growByDoubling } from './policy/grow-doubling.ts';
export { growByStep } from './policy/grow-step.ts';
export { type ShrinkMarks, shrinkBetween } from './policy/shrink-hysteresis.ts';
export { shrinkWhenIdle } from './policy/shrink-idle.ts';
export { WHOLE } from './policy/whole.ts';
export {
  type CZoneView,
  GROWTH_SHAPE,
  type GrowthPolicy,
  type ShrinkPolicy,
  type ShrinkView,
} from './policy/policy.ts';
export { GuestOutOfMemory } from './error.ts';
export {
  type KernelFootprint,
  type ResumeTouches,
  memmapFrames,
  pageTableFrames,
} from './footprint.ts';
export type { FrameKind, FreeList, GuestFrame, ProcFiles } from './inspect.ts';
export { type ZoneFigures, zonesOf } from './inspect.ts';
export { type GuestImage, GuestKernel, expectImage } from './kernel.ts';
export { loadedImage, punchEnds } from './loaded.ts';
export { type GuestConfig, bootedFrames, expectMachine, fixedMachine, isFixed } from './machine.ts';
export { type ContainerNames, GuestMapper } from './map.ts';
export {
  type BlockState,
  type HotplugOptions,
  AUTO_MOVABLE_PERCENT,
  MemoryBlocks,
  type OnlinePolicy,
  type EmptyResult,
  mayBeMovable,
} from './service/memory-blocks.ts';
export { allocKernelBlock, freeKernelBlock, orderOfFrames } from './service/kernel-pages.ts';
export { LlfreeZones, SHARED_ZONES, type SharedZone } from './service/llfree.ts';
export {
  type Obstacle,
  type ObstacleKind,
  obstacleKind,
  unmovableFrames,
} from './service/obstacle.ts';
export {
  REPORT_DELAY_NS,
  type ReportParameters,
  ReportWorker,
  expectReportParameters,
  type SendReport,
} from './service/report.ts';
export { type VmStats, freeFrames, vmStats } from './service/stats.ts';
export { GuestMemory, type Shrinker } from './memory.ts';
export type { FrameUse } from './use.ts';
export {
  type Asker,
  type CallPages,
  type FrameSet,
  addBoth,
  askBeforeRest,
  forgetAsker,
  hasHole,
  releasePages,
} from '../core/index.ts';
export { type FileSource, type OpenFile, PageCache } from './page-cache.ts';
export { requestPages } from './page-request.ts';

export { KernelClocks } from './workers.ts';
export { Process, type ProcessConfig } from './process.ts';
export { type ForkZone, PRE_EXEC_PAGES, ProcessTree, type Task } from './process-tree.ts';
export type { TreeState } from './tree-state.ts';
