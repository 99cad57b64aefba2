// Compiled twice: integer literals only. Counters of the core: index into the f64 table at STATS_BASE.
// Everything that costs time in a real guest is counted here; only replay turns counts into nanoseconds.

// allocator
/** Frames handed out. */
export const STAT_ALLOC_PAGES = 0;
/** Frames given back. */
export const STAT_FREE_PAGES = 1;
/** Page requests. */
export const STAT_ALLOC_CALLS = 2;
/** Frees of pages. */
export const STAT_FREE_CALLS = 3;
/** Blocks moved from buddy to per-cpu lists. */
export const STAT_REFILL_BLOCKS = 4;
/** Blocks moved back from per-cpu lists to buddy. */
export const STAT_DRAIN_BLOCKS = 5;
/** Pageblocks taken over by a request of another type. */
export const STAT_CLAIMS = 6;
/** Pageblocks that had too few pages of the type to be taken over. */
export const STAT_CLAIM_FAILURES = 7;
/** Blocks taken from a foreign pageblock. */
export const STAT_STEALS = 8;
/** Requests that found every zone below its low watermark. */
export const STAT_SLOW_PATHS = 9;
/** Requests that got nothing. */
export const STAT_ALLOC_FAILURES = 10;
/** Times that kswapd was woken. */
export const STAT_KSWAPD_WAKES = 11;
/** Pageblocks ever reserved. */
export const STAT_HIGHATOMIC_BLOCKS = 12;

// migration
/** Pages moved. */
export const STAT_MIGRATED_PAGES = 16;
/** Pages that could not be moved. */
export const STAT_MIGRATE_FAILURES = 17;
/** Runs of compaction over a zone. */
export const STAT_COMPACT_RUNS = 18;
/** Frames looked at by the migrate scanner. */
export const STAT_COMPACT_SCANNED = 19;
/** Frames looked at by the free scanner. */
export const STAT_COMPACT_FREE_SCANNED = 20;
/** Contiguous ranges asked for. */
export const STAT_CONTIG_CALLS = 21;
/** Contiguous ranges that could not be emptied. */
export const STAT_CONTIG_FAILURES = 22;
/** Pageblocks isolated. */
export const STAT_ISOLATED_BLOCKS = 23;
/** Free blocks handed to page reporting. */
export const STAT_REPORTED_BLOCKS = 24;
/** Frames of the free blocks handed to page reporting. */
export const STAT_REPORTED_PAGES = 25;

// memory objects
/** Pages asked for by a touch. */
export const STAT_TOUCHED_PAGES = 32;
/** Of the touched pages, those that were not there yet. */
export const STAT_FAULT_PAGES = 33;
/** Copies made because a page was shared. */
export const STAT_COW_PAGES = 34;
/** Shared marks dropped because nobody else was left. */
export const STAT_COW_REUSED_PAGES = 35;
/** Entries copied by fork. */
export const STAT_FORKED_PAGES = 36;
/** Object pages freed. */
export const STAT_DROPPED_PAGES = 37;
/** Leaf and directory nodes ever made. */
export const STAT_TABLE_NODES = 38;

// backing by the host
/** Host pages (of the backing order) newly backed, zero-filled. */
export const STAT_BACKED_FAULTS = 40;
/** Frames newly backed by those. */
export const STAT_BACKED_PAGES = 41;
/** Frames of the template first read. */
export const STAT_TEMPLATE_MAPS = 42;
/** Frames of the template first written. */
export const STAT_TEMPLATE_COPIES = 43;
/** Backed frames taken back by the host. */
export const STAT_RELEASED_PAGES = 44;
/** Host ranges released. */
export const STAT_RELEASED_CALLS = 45;
/** Pages handed out with host memory behind them already. */
export const STAT_REUSED_BACKED_PAGES = 46;
/** Frames of the template whose page migration moved. */
export const STAT_TEMPLATE_MOVES = 48;
/** Of the pages handed out with host memory, those that are so because a backed block was preferred. */
export const STAT_PREFERRED_BACKED = 47;

// CZones
/** Blocks that CZones got. */
export const STAT_CZONE_BLOCKS_ADDED = 52;
/** Blocks that CZones gave back. */
export const STAT_CZONE_BLOCKS_REMOVED = 53;
/** CZones made. */
export const STAT_CZONE_CREATED = 54;
/** CZones ended. */
export const STAT_CZONE_DESTROYED = 55;
/** Requests that found their CZone at its limit. */
export const STAT_CZONE_LIMIT_HITS = 56;
/** Frames that outlived their zone's owner because another zone maps them. */
export const STAT_CZONE_SHARED_OUT = 57;
/** Times that a CZone grew because a request found it full. */
export const STAT_CZONE_GROWN_ON_DEMAND = 58;
/** Frames taken from the kernel's zones at a limit. */
export const STAT_CZONE_BORROWED_PAGES = 59;
/** Blocks by which limits were raised. */
export const STAT_CZONE_LIMIT_RAISES = 60;
/** Requests refused at a limit. */
export const STAT_CZONE_OOMS = 61;
/** Copies of a page that lay in another owner's zone. */
export const STAT_CZONE_COW_ACROSS = 62;
/** Object pages that a zone's end had to look at one by one. */
export const STAT_CZONE_EXIT_WALKED = 63;
/** Zones that could not end at once. */
export const STAT_CZONE_DYING = 64;
/** Pages moved inside a zone to free its blocks. */
export const STAT_CZONE_COMPACT_PAGES = 65;
/** Frames offered to the host. */
export const STAT_CZONE_RECLAIM_PAGES = 66;
/** Of the frames offered to the host, those that were taken back untouched. */
export const STAT_CZONE_RECLAIM_CANCELLED = 67;
/** Backed pages handed out where the plain choice was not backed. */
export const STAT_REFAULTS_AVOIDED = 68;
