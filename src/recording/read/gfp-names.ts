// Symbolic gfp masks of the trace ("GFP_KERNEL|__GFP_ZERO") to the numeric bits of Linux 6.12
// (docs/linux-memory.md A.11). The kernel prints the largest named masks first, then single bits.

const BITS: Readonly<Record<string, number>> = {
  none: 0,
  __GFP_DMA: 0x1,
  __GFP_HIGHMEM: 0x2,
  __GFP_DMA32: 0x4,
  __GFP_MOVABLE: 0x8,
  __GFP_RECLAIMABLE: 0x10,
  __GFP_HIGH: 0x20,
  __GFP_IO: 0x40,
  __GFP_FS: 0x80,
  __GFP_ZERO: 0x100,
  __GFP_DIRECT_RECLAIM: 0x400,
  __GFP_KSWAPD_RECLAIM: 0x800,
  __GFP_RECLAIM: 0xc00,
  __GFP_WRITE: 0x1000,
  __GFP_NOWARN: 0x2000,
  __GFP_RETRY_MAYFAIL: 0x4000,
  __GFP_NOFAIL: 0x8000,
  __GFP_NORETRY: 0x10000,
  __GFP_MEMALLOC: 0x20000,
  __GFP_COMP: 0x40000,
  __GFP_NOMEMALLOC: 0x80000,
  __GFP_HARDWALL: 0x100000,
  __GFP_THISNODE: 0x200000,
  __GFP_ACCOUNT: 0x400000,
  GFP_DMA: 0x1,
  GFP_DMA32: 0x4,
  GFP_NOWAIT: 0x2800,
  GFP_ATOMIC: 0x820,
  GFP_NOIO: 0xc00,
  GFP_NOFS: 0xc40,
  GFP_KERNEL: 0xcc0,
  GFP_KERNEL_ACCOUNT: 0x400cc0,
  GFP_USER: 0x100cc0,
  GFP_HIGHUSER: 0x100cc2,
  GFP_HIGHUSER_MOVABLE: 0x100cca,
  GFP_TRANSHUGE_LIGHT: 0x1c20ca,
  GFP_TRANSHUGE: 0x1c24ca,
};

/** The numeric mask, or the first part that is no gfp name. */
export function parseGfp(text: string): number | string {
  let mask = 0;
  for (const part of text.split('|')) {
    const bits = BITS[part] ?? (/^0x[0-9a-f]+$/.test(part) ? Number(part) : undefined);
    if (bits === undefined) return part;
    mask |= bits;
  }
  return mask;
}
