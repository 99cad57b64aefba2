// Symbolic gfp masks of the trace ("GFP_KERNEL|__GFP_ZERO") to the numeric bits of Linux 6.12
// (docs/linux-memory.md A.11). The kernel prints the largest named masks first, then single bits.

import * as G from '../../core/index.ts';

const RECLAIM = G.GFP_DIRECT_RECLAIM | G.GFP_KSWAPD_RECLAIM;

const BITS: Readonly<Record<string, number>> = {
  none: 0,
  __GFP_DMA: G.GFP_DMA,
  __GFP_HIGHMEM: G.GFP_HIGHMEM,
  __GFP_DMA32: G.GFP_DMA32,
  __GFP_MOVABLE: G.GFP_MOVABLE,
  __GFP_RECLAIMABLE: G.GFP_RECLAIMABLE,
  __GFP_HIGH: G.GFP_HIGH,
  __GFP_IO: G.GFP_IO,
  __GFP_FS: G.GFP_FS,
  __GFP_ZERO: G.GFP_ZERO,
  __GFP_DIRECT_RECLAIM: G.GFP_DIRECT_RECLAIM,
  __GFP_KSWAPD_RECLAIM: G.GFP_KSWAPD_RECLAIM,
  __GFP_RECLAIM: RECLAIM,
  __GFP_WRITE: G.GFP_WRITE,
  __GFP_NOWARN: G.GFP_NOWARN,
  __GFP_RETRY_MAYFAIL: G.GFP_RETRY_MAYFAIL,
  __GFP_NOFAIL: G.GFP_NOFAIL,
  __GFP_NORETRY: G.GFP_NORETRY,
  __GFP_MEMALLOC: G.GFP_MEMALLOC,
  __GFP_COMP: G.GFP_COMP,
  __GFP_NOMEMALLOC: G.GFP_NOMEMALLOC,
  __GFP_HARDWALL: G.GFP_HARDWALL,
  __GFP_THISNODE: G.GFP_THISNODE,
  __GFP_ACCOUNT: G.GFP_ACCOUNT,
  GFP_DMA: G.GFP_DMA,
  GFP_DMA32: G.GFP_DMA32,
  GFP_NOWAIT: G.GFP_NOWAIT,
  GFP_ATOMIC: G.GFP_ATOMIC,
  GFP_NOIO: RECLAIM,
  GFP_NOFS: RECLAIM | G.GFP_IO,
  GFP_KERNEL: G.GFP_KERNEL,
  GFP_KERNEL_ACCOUNT: G.GFP_KERNEL | G.GFP_ACCOUNT,
  GFP_USER: G.GFP_USER,
  GFP_HIGHUSER: G.GFP_USER | G.GFP_HIGHMEM,
  GFP_HIGHUSER_MOVABLE: G.GFP_HIGHUSER_MOVABLE,
  GFP_TRANSHUGE_LIGHT: G.GFP_TRANSHUGE_LIGHT,
  GFP_TRANSHUGE: G.GFP_TRANSHUGE,
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

/** The numeric mask of the names that are known, and the others: other kernels have some more. */
export function parseGfpKnown(text: string): { readonly mask: number; readonly unknown: string[] } {
  const parts = text.split('|').map((part) => ({ part, bits: parseGfp(part) }));
  const unknown = parts.flatMap(({ part, bits }) => (typeof bits === 'string' ? [part] : []));
  const mask = parts.reduce((all, { bits }) => (typeof bits === 'string' ? all : all | bits), 0);
  return { mask, unknown };
}
