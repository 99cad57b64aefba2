/** The cost room's public face. */
export { type Footprint, FOOTPRINT_NAMES, FOOTPRINTS, type FootprintLevel } from './footprint.ts';
export { footprintBytes, type FootprintName } from './footprint.ts';
export {
  LOST_SHARES,
  type LostShare,
  type WorkKind,
  lostShare,
  workKindOf,
} from './interference.ts';
export { type PublishedMachine, publishedMachine } from './machine.ts';
export type { OperationName, Operations } from './names.ts';
export { type Price, PRICE_LEVELS, type PriceLevel, priceNs } from './price.ts';
export { type OwnPrice, type PriceChoice, type Prices, PUBLISHED, pricesOf } from './price-set.ts';
export { PRICE_COUNT, PRICE_INDEX, PRICE_NAMES, PRICES } from './prices.ts';
export { addRecord, costBySideNs, costNs, newReceipt, type Receipt, receiptOf } from './receipt.ts';
