// Compiled twice, by asc into the core and by tsc into the host: integer literals only, no types, no shifts, no imports.
// The shapes of everything that both sides read in the core's linear memory. assembly/ checks the offsets at compile time.

/** Raised whenever a shape in this folder changes: saved states carry it. */
export const ABI_VERSION = 1;

// ---- frame state byte: kind in the high nibble, order of the block in the low nibble (heads only) ----
/** The bits of a state byte that say the kind. */
export const KIND_MASK = 240;
/** The bits of a state byte that say the block's order. */
export const KIND_ORDER_MASK = 15;
/** Not memory: a hole, or memory that is not online. */
export const KIND_HOLE = 0;
/** Head of a block on a buddy free list. */
export const KIND_FREE = 16;
/** Head of a block on a per-cpu list. */
export const KIND_PCP = 32;
/** Head of a block handed out by a page request that cannot be migrated (kernel memory). */
export const KIND_UNMOVABLE = 48;
/** Head of a block handed out by a page request that can be migrated (user memory, page cache). */
export const KIND_MOVABLE = 64;
/** A page of a memory object; its record is the exact reverse map. */
export const KIND_OBJECT = 80;
/** A page held by the balloon (movable through its driver). */
export const KIND_BALLOON = 96;
/** PageOffline: given back to the hypervisor by virtio-mem or not plugged. */
export const KIND_OFFLINE = 112;
/** Reserved at boot: firmware, kernel image, memmap. Never freed. */
export const KIND_RESERVED = 128;
/** Taken off the free lists for a moment: reporting, compaction targets, contiguous ranges. */
export const KIND_ISOLATED = 144;
/** Inside a larger block; only the head tells. */
export const KIND_TAIL = 160;
/** A page of a kernel memory object (page tables, slab, stacks): has a reverse map but cannot be migrated. */
export const KIND_KERNEL = 176;

// ---- the frame record: two u32, list links while free, owner while in use ----
export const RECORD_BYTES = 8;
/** word 0 while in use: object id in the low bits, map count (sharers) in the high bits. */
export const RECORD_OBJECT_BITS = 20;
export const RECORD_OBJECT_MASK = 1048575;
export const MAP_COUNT_MAX = 4095;
export const OBJECTS_MAX = 1048575;

// ---- memory objects ----
export const OBJECT_NONE = 0;
/** Anonymous memory of a process: MOVABLE, copy-on-write after fork. */
export const OBJECT_ANON = 1;
/** Page cache of a file: MOVABLE, may be reclaimed. */
export const OBJECT_FILE = 2;
/** Kernel memory: page tables, slab, stacks. UNMOVABLE. */
export const OBJECT_KERNEL = 3;
export const OBJECT_BYTES = 48;
export const OBJECT_KIND_OFFSET = 0; // a byte
export const OBJECT_ZONE_OFFSET = 4;
export const OBJECT_KIN_OFFSET = 8;
export const OBJECT_TAG_OFFSET = 32;
/** A node of an object's table holds 512 entries, like a page table page: 2 MiB a leaf. */
export const NODE_SHIFT = 9;
export const NODE_ENTRIES = 512;
export const NODE_BYTES = 2048;
export const ENTRY_WRITE_PROTECTED = -2147483648; // bit 31

// ---- the guest header ----
export const GUEST_BASE = 4096;
export const GUEST_BYTES = 256;
export const GUEST_SPAN_OFFSET = 4;
export const GUEST_SIZES_OFFSET = 8; // words: zones, cpus, objects, nodes, buffer slots
export const GUEST_NODES_MAX_OFFSET = 20;
export const GUEST_ZONES_USED_OFFSET = 28;
export const GUEST_ZONES_OFFSET = 32;
export const GUEST_PCPS_OFFSET = 36;
export const GUEST_BLOCKS_OFFSET = 40;
export const GUEST_BUFFER_OFFSET = 44;
export const GUEST_BACKED_OFFSET = 48;
export const GUEST_TEMPLATE_OFFSET = 52;
export const GUEST_REPORTED_OFFSET = 56;
export const GUEST_STATES_OFFSET = 60;
export const GUEST_RECORDS_OFFSET = 64;
export const GUEST_OBJECTS_OFFSET = 68;
export const GUEST_NODES_OFFSET = 72;
export const GUEST_SCRATCH_OFFSET = 76;
export const GUEST_OBJECT_COUNT_OFFSET = 116;
export const GUEST_NODES_USED_OFFSET = 124;
export const GUEST_BACKING_SHIFT_OFFSET = 128;
export const GUEST_BACKED_COUNT_OFFSET = 132;
export const GUEST_SHARED_COUNT_OFFSET = 136;
export const GUEST_KSWAPD_WAKE_OFFSET = 140; // 0: nobody woke it, else a mark and what for:
export const KSWAPD_WOKEN = 1;
export const KSWAPD_HIGHEST_SHIFT = 8; // highest zone asked, 8 bits
export const KSWAPD_ORDER_SHIFT = 16; // largest order asked
export const GUEST_CZONE_START_OFFSET = 148;
export const GUEST_CZONE_FRAMES_OFFSET = 152;
export const GUEST_PREFER_BACKED_OFFSET = 156;
export const GUEST_FAULT_RULE_OFFSET = 160; // verify build: rule, frame, expected, found
export const GUEST_FAULT_PFN_OFFSET = 164;
export const GUEST_FAULT_EXPECTED_OFFSET = 168;
export const GUEST_FAULT_FOUND_OFFSET = 172;
export const GUEST_BUSY_PFN_OFFSET = 176;
export const GUEST_NODES_HIGH_OFFSET = 200; // nodes ever handed out
export const GUEST_REPORT_ORDER_OFFSET = 216;
export const GUEST_REPORT_WANTED_OFFSET = 220;
export const GUEST_BALLOON_HEAD_OFFSET = 224;
export const GUEST_BALLOON_COUNT_OFFSET = 232;
export const GUEST_MOVES_OFFSET = 236;
export const GUEST_LINKS_OFFSET = 240; // by pageblock of a CZone's block: the next of its zone, the one before
export const GUEST_BALLOON_LIMBO_OFFSET = 248;
export const STATS_BASE = 4352; // GUEST_BASE + GUEST_BYTES
export const STATS_MAX = 96; // f64 counters

// ---- zones ----
/** Index of the zone below 16 MiB. */
export const ZONE_DMA = 0;
/** Index of the zone below 4 GiB. */
export const ZONE_DMA32 = 1;
/** Index of the zone above. */
export const ZONE_NORMAL = 2;
/** Index of the zone for pages that can be moved: hotplugged memory. */
export const ZONE_MOVABLE = 3;
/** Zones a kernel has by itself; CZones follow. */
export const KERNEL_ZONES = 4;
/** First frame of DMA32 and of NORMAL on x86-64 (16 MiB, 4 GiB). */
export const ZONE_DMA_LIMIT = 4096;
/** First frame of NORMAL (4 GiB). */
export const ZONE_DMA32_LIMIT = 1048576;

export const ZONE_STRIDE = 704;
export const ZONE_START_OFFSET = 0;
export const ZONE_SPANNED_OFFSET = 4;
export const ZONE_PRESENT_OFFSET = 8;
export const ZONE_MANAGED_OFFSET = 12;
export const ZONE_WMARK_MIN_OFFSET = 16;
export const ZONE_WMARK_LOW_OFFSET = 20;
export const ZONE_WMARK_HIGH_OFFSET = 24;
export const ZONE_BOOST_OFFSET = 32;
export const ZONE_FLAGS_OFFSET = 36;
export const ZONE_RESERVE_OFFSET = 40; // lowmem_reserve, 4 x u32
export const ZONE_RESERVED_HIGHATOMIC_OFFSET = 56;
export const ZONE_FREE_HIGHATOMIC_OFFSET = 60;
export const ZONE_FREE_OFFSET = 64; // NR_FREE_PAGES
export const ZONE_ISOLATED_BLOCKS_OFFSET = 68;
export const ZONE_FREE_BY_ORDER_OFFSET = 72; // nr_free, 11 x u32
export const ZONE_ORDER_MASK_OFFSET = 116; // non-empty orders by migratetype, 5 x u32
export const ZONE_COMPACT_FREE_OFFSET = 136;
export const ZONE_OWNER_OFFSET = 160; // CZones: who owns it
export const ZONE_LIMIT_OFFSET = 164; // CZones: frames it may hold at most
export const ZONE_BLOCKS_OFFSET = 168; // CZones: blocks it holds
export const ZONE_LAST_BLOCK_OFFSET = 176;
export const ZONE_STATE_OFFSET = 180; // CZones: CZONE_* state
export const ZONE_REFS_OFFSET = 184; // CZones: processes in it
export const ZONE_SHARED_OUT_OFFSET = 188; // CZones: frames mapped from another zone's objects
export const ZONE_BACKED_FREE_OFFSET = 192; // CZones: free frames with host memory behind them
export const ZONE_LISTS_OFFSET = 248; // 11 orders x 5 types x {head, tail}
export const LIST_BYTES = 8;
/** Behind the lists, in builds for recordings: most changes of its free count that a CPU gathers; 0: by the zone's size. */
export const ZONE_LAG_MOST_OFFSET = 688;
/** CPUs whose changes of a zone's free count are told apart. */
export const CPUS_LAGGING = 8;

// zone flags, Linux's bit numbers
export const ZONE_FLAG_BOOSTED_WATERMARK = 1;
export const ZONE_FLAG_RECLAIM_ACTIVE = 2;
export const ZONE_FLAG_BELOW_HIGH = 4;
export const ZONE_FLAG_FLUSH_SKIP = 256; // ours: compaction's scanners have met, its hints are stale

// ---- per-cpu lists ----
export const PCP_LISTS = 14;
export const PCP_STRIDE = 144;
export const PCP_COUNT_OFFSET = 0;
export const PCP_HIGH_OFFSET = 4;
export const PCP_HIGH_MIN_OFFSET = 8;
export const PCP_HIGH_MAX_OFFSET = 12;
export const PCP_BATCH_OFFSET = 16;
export const PCP_FLAGS_OFFSET = 20;
export const PCP_ALLOC_FACTOR_OFFSET = 24;
export const PCP_FREE_COUNT_OFFSET = 28;
export const PCP_LISTS_OFFSET = 32; // 14 x {head, tail}
export const PCP_BATCH_SCALE_MAX = 5;
export const PCP_FLAG_PREV_FREE_HIGH_ORDER = 1;
export const PCP_FLAG_FREE_HIGH_BATCH = 2;

// ---- pageblocks: one u32 each ----
export const PAGEBLOCK_TYPE_MASK = 7;
export const PAGEBLOCK_SKIP = 8; // compaction hint
export const PAGEBLOCK_ZONE_SHIFT = 16; // zone index in the high half, 65535: none
export const PAGEBLOCK_NO_ZONE = 65535;

// ---- the buffer: commands of a compiled recording, and the log behind them (src/abi/program.ts) ----
/** A command and the log record that it may leave. */
export const BUFFER_SLOT_BYTES = 32;

// ---- the scratch area ----
export const SCRATCH_BYTES = 16384; // lists that a call hands to or takes from the host
export const SCRATCH_FRAMES_MAX = 1024; // frame numbers or pairs of words at its start
export const SCRATCH_MOVES_OFFSET = 4096; // moves of pages that the host holds by number: {from, to}
export const MOVES_MAX = 1440;
export const SCRATCH_WORK_OFFSET = 15616; // lists of one call of migration: nothing stays there
export const SCRATCH_REPORT_OFFSET = 16096; // page reporting: 32 x {pfn, order}, then its cursor
export const SCRATCH_REPORT_CURSOR_OFFSET = 16352;
export const REPORT_SLOTS = 32;

// words of a zone's survey, at the start of the scratch area
export const SURVEY_FREE_BY_ORDER = 0; // free blocks, 11 words
export const SURVEY_UNUSABLE_BY_ORDER = 11; // unusable free space in 1/1000, 11 words
export const SURVEY_BLOCKS = 22; // pageblocks of the zone
export const SURVEY_FREE_PAGEBLOCKS = 23; // wholly free, per-cpu lists included
export const SURVEY_FREE_MEMORY_BLOCKS = 24; // wholly free blocks of 128 MiB
export const SURVEY_MIXED_PAGEBLOCKS = 25; // with movable and unmovable frames
export const SURVEY_MOVABLE_FRAMES = 26;
export const SURVEY_PINNED_FRAMES = 27; // in use and not movable
export const SURVEY_WORDS = 28;
