// The VMM room's public face.

export { VMM_KNOWN } from './known.ts';
export {
  type MessageWords,
  type ReclaimResult,
  type RingMessage,
  messageWords,
} from '../virtio/index.ts';
export * from '../guest/index.ts';
export { UnreadableState, UnwritableState } from '../graph/index.ts';
export { readHost, writeHost } from './bytes.ts';
export { Clock } from '../time/index.ts';
export {
  CAUSES,
  CAUSE_ANONYMOUS,
  CAUSE_FILE_SHARED,
  CAUSE_GUEST_OS,
  CAUSE_HOST_CACHE,
  CAUSE_IDLE_UNUSED,
  CAUSE_PAGE_TABLES,
  CAUSE_VMM,
  type Cause,
  HostMemory,
  HostOutOfMemory,
} from './host.ts';
export { IMAGE_LOADS, type ImageLoad, type SuspendCounts } from './hibernation.ts';
export { HOST_CACHES, type HostCache, HostFiles } from './host-files.ts';
export { Balloon, type BalloonOptions, type TargetAnswer } from './device/balloon.ts';
export type {
  BalloonAmount,
  BalloonNames,
  QemuBalloonNames,
  QemuRequestedSize,
  RequestedSize,
} from './device/vmm-names.ts';
export {
  CZONE_DRIVER_FRAMES,
  CZoneVirtio,
  type CZoneOptions,
  reportOperations,
} from './device/czone.ts';
export {
  BLOCK_OPERATION,
  COUNTED_PAGES,
  addOperations,
  blockOperations,
  operationsOf,
  since,
} from './counted.ts';
export type { Given, MemoryDevice } from './device/device.ts';
export type { VmmFootprint } from './account.ts';
export { timersOf } from './attach.ts';
export { type DimmRefusal, type DimmSlot, type DimmUnplug, Dimms } from './device/dimm.ts';
export { Faascale, type FaascaleOptions } from './device/faascale.ts';
export { HyperAlloc, type HyperAllocOptions } from './device/hyperalloc.ts';
export { Reporting, type ReportingOptions } from './device/reporting.ts';
export { type FrameContents, VmMemory } from './memory.ts';
export { type RequestAnswer, VirtioMem, type VirtioMemOptions } from './device/virtio-mem.ts';
export type { AttachedDevice, Debtor } from './counted.ts';
export { MicroVm, type VmContext } from './microvm.ts';
export type { OperationName, Operations } from '../cost/index.ts';
export { hotplugStart, memoryFor, roomFor, wholeBlocks } from './size.ts';
export { bootOperations } from './boot.ts';
export { FunctionImage, type ImageKeeper, type ImageOptions } from './function-image.ts';
export { type Contents, ImageStore, Template, TemplateStore } from './template.ts';
export { type HostPolicy, Vmm, type VmmConfig } from './vmm.ts';
