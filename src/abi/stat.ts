// Compiled twice: integer literals only. Counters of the core: index into the f64 table at STATS_BASE.
// Everything that costs time in a real guest is counted here; only replay turns counts into nanoseconds.

// allocator
export const STAT_ALLOC_PAGES = 0; // frames handed out
export const STAT_FREE_PAGES = 1; // frames given back
export const STAT_ALLOC_CALLS = 2;
export const STAT_FREE_CALLS = 3;
export const STAT_REFILL_BLOCKS = 4; // blocks moved from buddy to per-cpu lists
export const STAT_DRAIN_BLOCKS = 5; // blocks moved back
export const STAT_CLAIMS = 6; // pageblocks taken over
export const STAT_CLAIM_FAILURES = 7;
export const STAT_STEALS = 8; // blocks taken from a foreign pageblock
export const STAT_SLOW_PATHS = 9; // requests that found every zone below its low watermark
export const STAT_ALLOC_FAILURES = 10;
export const STAT_KSWAPD_WAKES = 11;
export const STAT_HIGHATOMIC_BLOCKS = 12; // pageblocks ever reserved

// migration
export const STAT_MIGRATED_PAGES = 16;
export const STAT_MIGRATE_FAILURES = 17;
export const STAT_COMPACT_RUNS = 18;
export const STAT_COMPACT_SCANNED = 19; // frames looked at by the migrate scanner
export const STAT_COMPACT_FREE_SCANNED = 20; // frames looked at by the free scanner
export const STAT_CONTIG_CALLS = 21;
export const STAT_CONTIG_FAILURES = 22;
export const STAT_ISOLATED_BLOCKS = 23; // pageblocks isolated
export const STAT_REPORTED_BLOCKS = 24; // free blocks handed to page reporting
export const STAT_REPORTED_PAGES = 25;

// memory objects
export const STAT_TOUCHED_PAGES = 32; // pages asked for by a touch
export const STAT_FAULT_PAGES = 33; // of those, pages that were not there yet
export const STAT_COW_PAGES = 34; // copies made because a page was shared
export const STAT_COW_REUSED_PAGES = 35; // shared marks dropped because nobody else was left
export const STAT_FORKED_PAGES = 36; // entries copied by fork
export const STAT_DROPPED_PAGES = 37; // object pages freed
export const STAT_TABLE_NODES = 38; // leaf and directory nodes ever made

// backing by the host
export const STAT_BACKED_FAULTS = 40; // host pages (of the backing order) newly backed, zero-filled
export const STAT_BACKED_PAGES = 41; // frames newly backed by those
export const STAT_TEMPLATE_MAPS = 42; // frames of the template first read
export const STAT_TEMPLATE_COPIES = 43; // frames of the template first written
export const STAT_RELEASED_PAGES = 44; // backed frames taken back by the host
export const STAT_RELEASED_CALLS = 45; // host ranges released
export const STAT_REUSED_BACKED_PAGES = 46; // pages handed out with host memory behind them already
export const STAT_TEMPLATE_MOVES = 48; // frames of the template whose page migration moved
export const STAT_PREFERRED_BACKED = 47; // of those, because a backed block was preferred

// CZones
export const STAT_CZONE_BLOCKS_ADDED = 52;
export const STAT_CZONE_BLOCKS_REMOVED = 53;
export const STAT_CZONE_CREATED = 54;
export const STAT_CZONE_DESTROYED = 55;
export const STAT_CZONE_LIMIT_HITS = 56;
export const STAT_CZONE_SHARED_OUT = 57; // frames that outlived their zone's owner because another zone maps them
export const STAT_CZONE_GROWN_ON_DEMAND = 58;
export const STAT_CZONE_BORROWED_PAGES = 59; // frames taken from the kernel's zones at a limit
export const STAT_CZONE_LIMIT_RAISES = 60; // blocks by which limits were raised
export const STAT_CZONE_OOMS = 61; // requests refused at a limit
export const STAT_CZONE_COW_ACROSS = 62; // copies of a page that lay in another owner's zone
export const STAT_CZONE_EXIT_WALKED = 63; // object pages that a zone's end had to look at one by one
export const STAT_CZONE_DYING = 64; // zones that could not end at once
export const STAT_CZONE_COMPACT_PAGES = 65; // pages moved inside a zone to free its blocks
export const STAT_CZONE_RECLAIM_PAGES = 66; // frames offered to the host
export const STAT_CZONE_RECLAIM_CANCELLED = 67; // of those, taken back untouched
export const STAT_REFAULTS_AVOIDED = 68; // backed pages handed out where the plain choice was not backed
