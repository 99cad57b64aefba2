// The guest room's public face.

export type { Core, CoreBuild, FrameRange } from '../core/index.ts';
export { CorePool, type Fault, KIND_HOLE, faultText, verify } from '../core/index.ts';
export { BalloonPages, HUGE_BALLOON_ORDER } from './balloon-pages.ts';
export * from './counts.ts';
export { type CZoneRegion, CZones, type ZoneHost } from './czone.ts';
export {
  type CZoneEvents,
  type CZoneFigures,
  CZonePages,
  FIRST_CZONE,
  POOL,
} from './czone-pages.ts';
export { type KeeperOptions, type ReclaimPort, ZoneKeeper } from './czone/keeper.ts';
export { growAsPredicted } from './czone/grow-predicted.ts';
export { growByDoubling } from './czone/grow-doubling.ts';
export { growByStep } from './czone/grow-step.ts';
export type { GrowthPolicy, ShrinkPolicy, ZoneView } from './czone/policy.ts';
export { shrinkBetween } from './czone/shrink-hysteresis.ts';
export { shrinkWhenIdle } from './czone/shrink-idle.ts';
export { GuestOutOfMemory } from './error.ts';
export { touchAndExit } from './exercise.ts';
export { type KernelFootprint, memmapFrames, pageTableFrames } from './footprint.ts';
export { type FrameCensus, takeCensus } from './inspect.ts';
export { type GuestConfig, type GuestImage, GuestKernel } from './kernel.ts';
export {
  type BlockState,
  type HotplugOptions,
  AUTO_MOVABLE_PERCENT,
  MemoryBlocks,
  type OnlinePolicy,
  type TakeResult,
  mayBeMovable,
} from './memory-blocks.ts';
export { allocKernelBlock, freeKernelBlock, orderOfFrames } from './kernel-pages.ts';
export { type Obstacle, type ObstacleKind, obstacleKind, unmovableFrames } from './obstacle.ts';
export { REPORT_DELAY_NS, ReportWorker, type SendReport } from './report-pages.ts';
export { type VmStats, vmStats } from './vm-stats.ts';
export { type FrameUse, GuestMemory } from './memory.ts';
export { PageCache } from './page-cache.ts';
export { requestPages } from './page-request.ts';
export { freeFrames } from './pressure.ts';
export { Process, type ProcessConfig } from './process.ts';
export { type ForkZone, ProcessTree, type Task } from './process-tree.ts';
