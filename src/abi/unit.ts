// Compiled twice, by asc into the core and by tsc into the host: integer literals only. The units that every room counts
// in, and the only place where their values stand: x86-64 as Linux 6.12 lays it out. test/house checks how they
// follow from each other, and that nobody types them again.

// ---- bytes ----
export const KIB = 1024;
export const MIB = 1048576;
export const GIB = 1073741824;

// ---- frames: places of one page each ----
export const FRAME_SHIFT = 12; // 4 KiB
export const FRAME_BYTES = 4096;
export const FRAMES_PER_MIB = 256;
export const FRAMES_PER_GIB = 262144;

// ---- orders: a block has 2^order frames ----
export const ORDER_MAX = 10; // MAX_PAGE_ORDER: 4 MiB
export const ORDERS = 11; // NR_PAGE_ORDERS
/** Above this order a request is costly: Linux gives up on it sooner. */
export const COSTLY_ORDER = 3;
/** A transparent huge page: 2 MiB. */
export const THP_ORDER = 9;

// ---- pageblocks: what has one migratetype ----
export const PAGEBLOCK_ORDER = 9; // 2 MiB
export const PAGEBLOCK_FRAMES = 512;
export const PAGEBLOCK_BYTES = 2097152;

// ---- memory blocks: the unit of memory hotplug ----
export const MEMORY_BLOCK_FRAMES = 32768; // 128 MiB
export const MEMORY_BLOCK_BYTES = 134217728;

/** "No frame", "no zone", "end of list": all bits set, -1 as an i32. */
export const NONE = -1;

// ---- time: the clock counts nanoseconds ----
export const NS_PER_US = 1000;
export const NS_PER_MS = 1000000;
export const NS_PER_S = 1000000000;
export const MS_PER_S = 1000;
export const MS_PER_MINUTE = 60000;
export const US_PER_MS = 1000;
export const US_PER_S = 1000000;
