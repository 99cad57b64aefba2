/** Every price in one frozen record, and the stable index under which receipts count operations. */
import { type BalloonPriceName, BALLOON_PRICES } from './balloon.ts';
import { type BootPriceName, BOOT_PRICES } from './boot.ts';
import { type ContainerPriceName, CONTAINER_PRICES } from './container.ts';
import { type CzonePriceName, CZONE_PRICES } from './czone.ts';
import { type DimmPriceName, DIMM_PRICES } from './dimm.ts';
import { type FaultPriceName, FAULT_PRICES } from './fault.ts';
import { type MemoryPriceName, MEMORY_PRICES } from './memory.ts';
import { type Price, type PriceLevel, priceNs } from './price.ts';
import { type ReleasePriceName, RELEASE_PRICES } from './release.ts';
import { type VirtioMemPriceName, VIRTIO_MEM_PRICES } from './virtio-mem.ts';

/** Names of the operations that have a price. */
export type PriceName =
  | FaultPriceName
  | MemoryPriceName
  | ReleasePriceName
  | BalloonPriceName
  | VirtioMemPriceName
  | DimmPriceName
  | CzonePriceName
  | BootPriceName
  | ContainerPriceName;

export const PRICES: Readonly<Record<PriceName, Price>> = Object.freeze({
  ...FAULT_PRICES,
  ...MEMORY_PRICES,
  ...RELEASE_PRICES,
  ...BALLOON_PRICES,
  ...VIRTIO_MEM_PRICES,
  ...DIMM_PRICES,
  ...CZONE_PRICES,
  ...BOOT_PRICES,
  ...CONTAINER_PRICES,
});

/** In the order of the record above: the order of the slots of a receipt. */
export const PRICE_NAMES: readonly PriceName[] = Object.freeze(Object.keys(PRICES) as PriceName[]);

export const PRICE_COUNT: number = PRICE_NAMES.length;

/** Slot of an operation in a receipt. */
export const PRICE_INDEX: Readonly<Record<PriceName, number>> = Object.freeze(
  Object.fromEntries(PRICE_NAMES.map((name, index) => [name, index])) as Record<PriceName, number>,
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
