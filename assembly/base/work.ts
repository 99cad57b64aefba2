// Memory of the call at hand, below the guest: what a pass over the guest passes from function to function when it is more
// than arguments and a result can hold. Nothing of it outlives the call but a run that pauses, so no copy of a guest holds it.

import { GUEST_BASE } from '../../src/abi/layout';

const WORK_BASE = 2048;
/** Room of one struct; the file that draws it checks that it fits. */
export const WORK_BYTES = 64;

/** Where a request looks for blocks (kernel/fallback). */
export const WORK_SEARCH = WORK_BASE;
/** The log of a recording being replayed (log). */
export const WORK_LOG = WORK_SEARCH + WORK_BYTES;
/** A pass over a CZone's blocks (move/czone-shrink). */
export const WORK_SWEEP = WORK_LOG + WORK_BYTES;
/** Ranges collected for the host (host/czone-reclaim). */
export const WORK_OFFER = WORK_SWEEP + WORK_BYTES;
/** The walk over one memory object (verify/object). */
export const WORK_OBJECT = WORK_OFFER + WORK_BYTES;
/** A live run of compaction (move/compact). */
export const WORK_COMPACTION = WORK_OBJECT + WORK_BYTES;
export const WORK_COMPACTION_BYTES = 256;
/** The counters as they were (life/recur). */
export const WORK_COUNTS = WORK_COMPACTION + WORK_COMPACTION_BYTES;
export const WORK_COUNTS_BYTES = 768;
/** The CPU that changes counts (kernel/lag). */
export const WORK_CPU = WORK_COUNTS + WORK_COUNTS_BYTES;
/**
 * kcompactd's run between two batches (move/compact). It outlives the call: who has it pause has it go on to its end before
 * the guest is copied.
 */
export const WORK_PAUSED = WORK_CPU + 8;
export const WORK_PAUSED_BYTES = 192;
/** How far kcompactd has come in its turn by then (move/compact-when). */
export const WORK_TURN = WORK_PAUSED + WORK_PAUSED_BYTES;
if (WORK_TURN + WORK_BYTES > GUEST_BASE) ERROR('the work reaches into the guest');
