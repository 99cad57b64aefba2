// Compiled twice: integer literals only. Numeric gfp bits of Linux 6.12 (docs/linux-memory.md A.11) and allocation
// flags.

export const GFP_DMA = 1;
export const GFP_HIGHMEM = 2;
export const GFP_DMA32 = 4;
export const GFP_MOVABLE = 8;
export const GFP_RECLAIMABLE = 16;
export const GFP_HIGH = 32;
export const GFP_IO = 64;
export const GFP_FS = 128;
export const GFP_ZERO = 256;
export const GFP_DIRECT_RECLAIM = 1024;
export const GFP_KSWAPD_RECLAIM = 2048;
export const GFP_WRITE = 4096;
export const GFP_NOWARN = 8192;
export const GFP_RETRY_MAYFAIL = 16384;
export const GFP_NOFAIL = 32768;
export const GFP_NORETRY = 65536;
export const GFP_MEMALLOC = 131072;
export const GFP_COMP = 262144;
export const GFP_NOMEMALLOC = 524288;
export const GFP_HARDWALL = 1048576;
export const GFP_THISNODE = 2097152;
export const GFP_ACCOUNT = 4194304;

export const GFP_KERNEL = 3264; // RECLAIM | IO | FS
export const GFP_ATOMIC = 2080; // HIGH | KSWAPD_RECLAIM
export const GFP_NOWAIT = 10240; // KSWAPD_RECLAIM | NOWARN
export const GFP_USER = 1051840; // KERNEL | HARDWALL
export const GFP_HIGHUSER_MOVABLE = 1051850; // USER | HIGHMEM | MOVABLE
export const GFP_TRANSHUGE_LIGHT = 1843402; // HIGHUSER_MOVABLE | COMP | NOMEMALLOC | NOWARN, no reclaim bits
export const GFP_TRANSHUGE = 1844426; // LIGHT | DIRECT_RECLAIM
/** What the balloon driver asks with (docs/linux-memory.md C.4). */
export const GFP_BALLOON = 1649866; // HIGHUSER_MOVABLE | NOMEMALLOC | NORETRY | NOWARN

// ---- allocation flags inside the allocator ----
export const ALLOC_WMARK_MIN = 0;
export const ALLOC_WMARK_LOW = 1;
export const ALLOC_WMARK_HIGH = 2;
export const ALLOC_WMARK_MASK = 3;
export const ALLOC_NO_WATERMARKS = 4;
export const ALLOC_OOM = 8;
export const ALLOC_NON_BLOCK = 16;
export const ALLOC_MIN_RESERVE = 32;
export const ALLOC_NOFRAGMENT = 256;
export const ALLOC_HIGHATOMIC = 512;
export const ALLOC_KSWAPD = 2048;
/** Any right to dip below the min watermark: such requests may count HIGHATOMIC pages as free. */
export const ALLOC_RESERVES = 568; // OOM | NON_BLOCK | MIN_RESERVE | HIGHATOMIC
