// Compiled twice, by asc into the core and by tsc into the host: integer literals only. The units that every room counts
// in, and the only place where their values stand: x86-64 as Linux 6.12 lays it out. test/house checks how they
// follow from each other, and that nobody types them again.

// ---- bytes ----
/** Bytes of a KiB. */
export const KIB = 1024;
/** Bytes of a MiB. */
export const MIB = 1048576;
/** Bytes of a GiB. */
export const GIB = 1073741824;

// ---- frames: places of one page each ----
/** A byte address shifted right by this is a frame's number. */
export const FRAME_SHIFT = 12;
/** Bytes of a frame: 4 KiB. */
export const FRAME_BYTES = 4096;
/** Frames of a MiB. */
export const FRAMES_PER_MIB = 256;
/** Frames of a GiB. */
export const FRAMES_PER_GIB = 262144;

// ---- orders: a block has 2^order frames ----
/** Order of the largest block: MAX_PAGE_ORDER, 4 MiB. */
export const ORDER_MAX = 10;
/** How many orders there are: NR_PAGE_ORDERS. */
export const ORDERS = 11;
/** Above this order a request is costly: Linux gives up on it sooner. */
export const COSTLY_ORDER = 3;
/** A transparent huge page: 2 MiB. */
export const THP_ORDER = 9;

// ---- pageblocks: what has one migratetype ----
/** Order of a pageblock: 2 MiB. */
export const PAGEBLOCK_ORDER = 9;
/** Frames of a pageblock. */
export const PAGEBLOCK_FRAMES = 512;
/** Bytes of a pageblock: 2 MiB. */
export const PAGEBLOCK_BYTES = 2097152;

// ---- memory blocks: the unit of memory hotplug ----
/** Frames of a memory block: 128 MiB. */
export const MEMORY_BLOCK_FRAMES = 32768;
/** Bytes of a memory block: 128 MiB. */
export const MEMORY_BLOCK_BYTES = 134217728;

/** "No frame", "no zone", "end of list": all bits set, -1 as an i32. */
export const NONE = -1;

// ---- time: the clock counts nanoseconds ----
/** Nanoseconds of a microsecond. */
export const NS_PER_US = 1000;
/** Nanoseconds of a millisecond. */
export const NS_PER_MS = 1000000;
/** Nanoseconds of a second. */
export const NS_PER_S = 1000000000;
/** Milliseconds of a second. */
export const MS_PER_S = 1000;
/** Milliseconds of a minute. */
export const MS_PER_MINUTE = 60000;
/** Microseconds of a millisecond. */
export const US_PER_MS = 1000;
/** Microseconds of a second. */
export const US_PER_S = 1000000;
