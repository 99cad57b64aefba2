// The guest room's public face.

export type { Core, CoreBuild, FrameRange } from '../core/index.ts';
export { CorePool, faultText, verify } from '../core/index.ts';
export * from './counts.ts';
export { type CZoneRegion, CZones } from './czone.ts';
export { GuestOutOfMemory } from './error.ts';
export { type KernelFootprint, memmapFrames, pageTableFrames } from './footprint.ts';
export { type FrameCensus, takeCensus } from './inspect.ts';
export { type GuestConfig, type GuestImage, GuestKernel } from './kernel.ts';
export { type FrameUse, GuestMemory } from './memory.ts';
export { PageCache } from './page-cache.ts';
export { freeFrames } from './pressure.ts';
export { Process, type ProcessConfig } from './process.ts';
