// The export list of the core, by part, and nothing else. Only src/core calls these.

export { attach } from './base/guest';

// making a guest
export { create, finishBoot, layOut, memoryHandOver, memoryPresent, zoneSpan } from './boot';

// copies of it
export { blockInUse, nonZeroEnd, nonZeroStart, snapshotBytes, stateHash } from './image';
export { steadyEnd, steadyFill } from './base/steady';
export { touchedBlocks } from './base/touched';

// page requests
export { allocPages } from './kernel/request';
export { freePages } from './free';
export { releaseHighatomic } from './kernel/highatomic';
export { decay, drainAll } from './kernel/percpu';
export { nodeBalanced } from './kernel/watermark';

// memory objects
export { objectCreate } from './object/create';
export { objectDestroy, objectTruncate } from './object/drop';
export { objectFrame, objectPages } from './object/table';
export { objectTouch } from './object/touch';
export { objectFork } from './object/fork';

// calls of containers
export { callBegin } from './life/call';
export { callRecurs, callRepeat } from './life/recur';

// the balloon's pages
export {
  balloonAdjustManaged,
  balloonEnter,
  balloonPop,
  balloonRelease,
  balloonRequest,
} from './move/balloon';

// migration and contiguous ranges
export { contigAlloc, contigFree } from './move/contig';
export { movesClear } from './move/migrate';

// compaction
export {
  compactBackground,
  compactDirect,
  compactServed,
  compactForgetHints,
  compactProactive,
  compactZone,
  proactiveScore,
} from './move/compact-when';

// memory that comes and goes
export { memoryOffline, memoryOnline } from './move/hotplug';

// page reporting
export { reportListen, reportPutBack, reportTake } from './host/reporting';

// the state of fragmentation
export { surveyZone, unusableIndex } from './kernel/survey';

// backing by the host
export { countBacked, freezeTemplate, isBacked, releaseRange, touchRange } from './host/backing';
export { usesRange } from './host/backing';

// CZones
export { czoneCreate, czoneGrow, czoneFirstBlock, czoneSetLimits, czoneRefer } from './czone/zone';
export { czoneFullZone } from './czone/run';
export { czoneExit } from './object/czone-exit';
export {
  czoneCollect,
  czoneNextPooled,
  czonePlacement,
  czonePlug,
  czonePoolStat,
  czoneRegion,
  czoneUnplug,
} from './czone/pool';
export { czoneReclaim, czoneReturn } from './host/czone-reclaim';
export { czoneCompact, czoneShrink } from './move/czone-shrink';
export { czoneAllocPages } from './czone/page';

// the verify build
export { verifyAll } from './verify/verify';

// recordings of a real kernel
export { programLog, programRun } from './recorded/run';
export { stateBlock, stateDone, stateFree, stateParked } from './recorded/load';
