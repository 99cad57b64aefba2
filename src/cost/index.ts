/** The cost room's public face. */
export { type Footprint, FOOTPRINT_NAMES, FOOTPRINTS, type FootprintLevel } from './footprint.ts';
export { footprintBytes, type FootprintName } from './footprint.ts';
export { type PublishedMachine, publishedMachine } from './machine.ts';
export type { OperationName, Operations } from './names.ts';
export { type Price, PRICE_LEVELS, type PriceLevel, priceNs } from './price.ts';
export { PRICE_COUNT, PRICE_INDEX, PRICE_NAMES, PRICE_NS, PRICES } from './prices.ts';
export { addRecord, costBySideNs, costNs, newReceipt, type Receipt, receiptOf } from './receipt.ts';
