// Compiled twice: integer literals only. Numeric gfp bits of Linux 6.12 (docs/linux-memory.md A.11) and allocation
// flags.

/** May use the DMA zone alone. */
export const GFP_DMA = 1;
/** With GFP_MOVABLE: may use the MOVABLE zone. */
export const GFP_HIGHMEM = 2;
/** May use zones below 4 GiB. */
export const GFP_DMA32 = 4;
/** The pages can be moved: goes to pageblocks of that type. */
export const GFP_MOVABLE = 8;
/** Slab that can be dropped: goes to pageblocks of that type. */
export const GFP_RECLAIMABLE = 16;
/** May dip into part of the reserve below the min watermark. */
export const GFP_HIGH = 32;
/** Reclaim may start I/O. */
export const GFP_IO = 64;
/** Reclaim may call into file systems. */
export const GFP_FS = 128;
/** The pages are zeroed. */
export const GFP_ZERO = 256;
/** The caller may wait for reclaim and compaction. */
export const GFP_DIRECT_RECLAIM = 1024;
/** kswapd is woken when free memory is short. */
export const GFP_KSWAPD_RECLAIM = 2048;
/** The caller will dirty the page. */
export const GFP_WRITE = 4096;
/** A failure is not logged. */
export const GFP_NOWARN = 8192;
/** Tries again as long as there is progress, then fails. */
export const GFP_RETRY_MAYFAIL = 16384;
/** Tries for ever. */
export const GFP_NOFAIL = 32768;
/** Gives up after one round of reclaim and compaction. */
export const GFP_NORETRY = 65536;
/** May use all reserves. */
export const GFP_MEMALLOC = 131072;
/** The block is one compound page. */
export const GFP_COMP = 262144;
/** May not use reserves, whoever asks. */
export const GFP_NOMEMALLOC = 524288;
/** Within the caller's cpuset. */
export const GFP_HARDWALL = 1048576;
/** From this node alone. */
export const GFP_THISNODE = 2097152;
/** Charged to the caller's memory cgroup. */
export const GFP_ACCOUNT = 4194304;

/** RECLAIM | IO | FS. */
export const GFP_KERNEL = 3264;
/** HIGH | KSWAPD_RECLAIM. */
export const GFP_ATOMIC = 2080;
/** KSWAPD_RECLAIM | NOWARN. */
export const GFP_NOWAIT = 10240;
/** KERNEL | HARDWALL. */
export const GFP_USER = 1051840;
/** USER | HIGHMEM | MOVABLE. */
export const GFP_HIGHUSER_MOVABLE = 1051850;
/** HIGHUSER_MOVABLE | COMP | NOMEMALLOC | NOWARN, no reclaim bits. */
export const GFP_TRANSHUGE_LIGHT = 1843402;
/** LIGHT | DIRECT_RECLAIM. */
export const GFP_TRANSHUGE = 1844426;
/** What the balloon driver asks with (docs/linux-memory.md C.4). */
export const GFP_BALLOON = 1649866; // HIGHUSER_MOVABLE | NOMEMALLOC | NORETRY | NOWARN

// ---- allocation flags inside the allocator ----
/** Zones must stay above their min watermark. */
export const ALLOC_WMARK_MIN = 0;
/** Zones must stay above their low watermark. */
export const ALLOC_WMARK_LOW = 1;
/** Zones must stay above their high watermark. */
export const ALLOC_WMARK_HIGH = 2;
/** The bits that say which watermark counts. */
export const ALLOC_WMARK_MASK = 3;
/** No watermark counts. */
export const ALLOC_NO_WATERMARKS = 4;
/** Of a process that the OOM killer has chosen: may dip below the min watermark. */
export const ALLOC_OOM = 8;
/** Cannot wait: may dip below the min watermark. */
export const ALLOC_NON_BLOCK = 16;
/** GFP_HIGH: may dip below the min watermark. */
export const ALLOC_MIN_RESERVE = 32;
/** Takes no pageblock of another type as long as another zone may do. */
export const ALLOC_NOFRAGMENT = 256;
/** May take pages of the high-order atomic reserve. */
export const ALLOC_HIGHATOMIC = 512;
/** Wakes kswapd. */
export const ALLOC_KSWAPD = 2048;
/** Any right to dip below the min watermark: such requests may count HIGHATOMIC pages as free. */
export const ALLOC_RESERVES = 568; // OOM | NON_BLOCK | MIN_RESERVE | HIGHATOMIC
