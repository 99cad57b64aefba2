/** Every price in one frozen record, and the stable index under which receipts count operations. */
import { BALLOON_PRICES } from './balloon.ts';
import { BOOT_PRICES } from './boot.ts';
import { CONTAINER_PRICES } from './container.ts';
import { CONTENTION_PRICES } from './contention.ts';
import { CZONE_PRICES } from './czone.ts';
import { DIMM_PRICES } from './dimm.ts';
import { FAULT_PRICES } from './fault.ts';
import { FILE_PRICES } from './file.ts';
import { HYPERALLOC_PRICES } from './hyperalloc.ts';
import { IMAGE_PRICES } from './image.ts';
import { MEMORY_PRICES } from './memory.ts';
import type { OperationName } from './names.ts';
import { PARTITION_PRICES } from './partition.ts';
import { type Price, type PriceLevel, priceNs } from './price.ts';
import { RELEASE_PRICES } from './release.ts';
import { SUSPEND_PRICES } from './suspend.ts';
import { VIRTIO_MEM_PRICES } from './virtio-mem.ts';

/** The published prices by operation, with sources. Frozen: `pricesOf` makes others of them. */
export const PRICES: Readonly<Record<OperationName, Price>> = Object.freeze({
  ...FAULT_PRICES,
  ...MEMORY_PRICES,
  ...RELEASE_PRICES,
  ...BALLOON_PRICES,
  ...VIRTIO_MEM_PRICES,
  ...DIMM_PRICES,
  ...CZONE_PRICES,
  ...BOOT_PRICES,
  ...CONTAINER_PRICES,
  ...PARTITION_PRICES,
  ...FILE_PRICES,
  ...CONTENTION_PRICES,
  ...IMAGE_PRICES,
  ...HYPERALLOC_PRICES,
  ...SUSPEND_PRICES,
});

/** In the order of the record above: the order of the slots of a receipt. */
export const PRICE_NAMES: readonly OperationName[] = Object.freeze(
  Object.keys(PRICES) as OperationName[],
);

export const PRICE_COUNT: number = PRICE_NAMES.length;

/** Slot of an operation in a receipt. */
export const PRICE_INDEX: Readonly<Record<OperationName, number>> = Object.freeze(
  Object.fromEntries(PRICE_NAMES.map((name, index) => [name, index])) as Record<
    OperationName,
    number
  >,
);

/** Prices of one column by slot. */
function pricesOf(level: PriceLevel): Float64Array {
  return Float64Array.from(PRICE_NAMES, (name) => priceNs(PRICES[name], level));
}

/** Nanoseconds by slot, for each column. */
export const PRICE_NS: Readonly<Record<PriceLevel, Float64Array>> = Object.freeze({
  low: pricesOf('low'),
  typical: pricesOf('typical'),
  high: pricesOf('high'),
});
