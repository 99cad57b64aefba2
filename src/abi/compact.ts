// Compiled twice: integer literals only. Compaction: how hard it tries and what came of it.

/** The first try of a request: looks at movable pageblocks alone, and gives up where pages are in the way. */
export const COMPACT_ASYNC = 0;
/** The second: looks at all pageblocks that no hint excludes. */
export const COMPACT_SYNC_LIGHT = 1;
/** The whole zone, hints ignored. */
export const COMPACT_SYNC_FULL = 2;

/** The scanners met after a scan that had started in the middle. */
export const COMPACT_PARTIAL = 1;
/** The scanners met: the zone holds no such block. */
export const COMPACT_COMPLETE = 2;
/** There is a block of the order, or the goal of a proactive run is reached. */
export const COMPACT_SUCCESS = 3;
/** No frame was left to move a page to before the scanners met. */
export const COMPACT_CONTENDED = 4;
/** Not tried: it failed not long ago. */
export const COMPACT_DEFERRED = 5;

/** Bit of a turn of kcompactd: it pauses after each batch of pages. */
export const KCOMPACTD_PAUSES = 1;
/** Bit of a turn of kcompactd: it is not woken where no zone is suitable. */
export const KCOMPACTD_WOKEN = 2;
