// The export list of the core, by part, and nothing else. Only src/core calls these.

export { attach } from './guest';

// making a guest
export {
  create,
  finishBoot,
  layOut,
  memoryHandOver,
  memoryPresent,
  metadataBytes,
  resizeWatermarks,
  snapshotBytes,
  stateHash,
  zoneSpan,
} from './boot';

// page requests
export { allocPages, freePages, releaseHighatomic } from './alloc';
export { drainAll } from './percpu';

// memory objects
export {
  objectCreate,
  objectDestroy,
  objectDiscard,
  objectFrame,
  objectPages,
  objectTouch,
  objectTruncate,
} from './object';
export { objectFork } from './object-fork';

// the balloon's pages
export {
  balloonAdjustManaged,
  balloonEnter,
  balloonPop,
  balloonRelease,
  balloonRequest,
  balloonTake,
} from './balloon';

// migration and contiguous ranges
export { contigAlloc, contigFree } from './contig';
export { migrateBlock, movesClear } from './migrate';

// compaction
export {
  compactBackground,
  compactDirect,
  compactForgetHints,
  compactProactive,
  compactServed,
  compactZone,
  fragmentationIndex,
  proactiveScore,
} from './compact-policy';

// memory that comes and goes
export { memoryOffline, memoryOnline } from './hotplug';

// page reporting
export { reportListen, reportPutBack, reportTake } from './reporting';

// the state of fragmentation
export { countMovable, surveyZone, unusableIndex } from './survey';

// backing by the host
export { countBacked, freezeTemplate, isBacked, releaseRange, touchRange } from './backing';

// CZones
export {
  czoneCreate,
  czoneDestroy,
  czoneGrow,
  czoneLimit,
  czoneMark,
  czoneNextBlock,
  czonePolicy,
  czoneRefer,
} from './czone';
export { czoneFullZone } from './czone-alloc';
export { czoneExit } from './czone-exit';
export {
  czoneCollect,
  czonePlacement,
  czonePlug,
  czonePoolStat,
  czoneRegion,
  czoneUnplug,
} from './czone-pool';
export { czoneReclaim, czoneReturn } from './czone-reclaim';
export { czoneCompact, czoneShrink } from './czone-shrink';
export { czoneAllocPages } from './czone-page';

// the verify build
export { verifyAll } from './verify';

// the ring
export { decay, run } from './command';

// recordings of a real kernel
export { programLog, programRun } from './program';
export { stateBlock, stateDone, stateFree, stateParked } from './state';
