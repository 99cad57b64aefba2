// Numbers of Linux 6.12's page allocator that the model is written with (docs/linux-memory.md 0.2, A.2, A.11).
// The model has its own on purpose: it is a check on the core, so it shares nothing with it.

export const UNMOVABLE = 0;
export const MOVABLE = 1;
export const RECLAIMABLE = 2;
export const HIGHATOMIC = 3;
export const ISOLATE = 4;
export const TYPES = 5;

export const ORDERS = 11;
export const MAX_ORDER = 10;
export const BLOCK_ORDER = 9;
export const BLOCK_PAGES = 512;

export const DMA = 0;
export const DMA32 = 1;
export const NORMAL = 2;
export const MOVABLE_ZONE = 3;

/** Zone flag bits. */
export const BOOSTED = 1;
export const RECLAIM_ACTIVE = 2;
export const BELOW_HIGH = 4;

/** Per-cpu flag bits. */
export const PREV_FREE_HIGH_ORDER = 1;
export const FREE_HIGH_BATCH = 2;
export const BATCH_SCALE_MAX = 5;

export type Watermark = 'min' | 'low' | 'high';

/** What an allocation may do, in place of the kernel's ALLOC_ bits. */
export interface Rights {
  mark: Watermark;
  minReserve: boolean;
  nonBlock: boolean;
  highatomic: boolean;
  oom: boolean;
  noFragment: boolean;
  noWatermarks: boolean;
  wakeKswapd: boolean;
}

export const NO_RIGHTS: Rights = {
  mark: 'low',
  minReserve: false,
  nonBlock: false,
  highatomic: false,
  oom: false,
  noFragment: false,
  noWatermarks: false,
  wakeKswapd: false,
};

/** Types that may be merged with each other. */
export function isMergeable(type: number): boolean {
  return type < HIGHATOMIC;
}

/** Orders that have per-cpu lists. */
export function isPcpOrder(order: number): boolean {
  return order <= 3 || order === BLOCK_ORDER;
}

/** Per-cpu list of an order and type. */
export function pcpList(order: number, type: number): number {
  if (order > 3) return type === MOVABLE ? 13 : 12;
  return 3 * order + type;
}

/** Order of the blocks on a per-cpu list. */
export function pcpListOrder(list: number): number {
  return list >= 12 ? BLOCK_ORDER : Math.floor(list / 3);
}
