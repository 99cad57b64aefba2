// The only door to free memory for all above the kernel: take, give, take at a place, each free block, isolate, drain.
// Another allocator puts its own functions behind these names. Two rooms go round it: recorded carries out what the
// buddy's inside did, and verify walks it.

// requests, and what they took, given back
export { allocBlock, allocPages, giveBack, giveBackAll, markAllocated } from './request';
export { streamList, streamPcp, streamRun, streamTake } from './request';
export { releaseHighatomic } from './highatomic';

// free blocks of one zone: take one of an order, at a place, or a run of frames; give
export { takeAt, takeFree, takeSmallest } from './buddy';
export { NO_RUN, makeRun, runFrames, runStart, takeRun } from './run';
export { FREE_NO_NOTIFY, FREE_TO_HEAD, FREE_TO_TAIL, freeOne, freeSplit } from './buddy';

// each free block; whether a request could be served
export { firstFree, freeBlockOf, lastFree, nextFree, previousFree, rotateFree } from './buddy';
export { hasClaimable } from './fallback';

// out of use for a while
export { isolateFree, isolateRange, putBack, takeFreeRange, unisolateRange } from './isolate';

// whether frames that come and go leave all as it was
export { listsAtRest, recurringFrames } from './recur';

// LLFree in the buddy's place, where the build has it
export { HAS_LISTS, isTakenHard, llfreeBytes, llfreeForm, llfreeIsWhole, useZone } from './llfree';

// the per-cpu lists in front of the zones
export { Pcp, decay, drainAll, drainCpu, drainZone } from './percpu';
export { pcpAt, pcpResetZone, setPcpSizes } from './percpu';
