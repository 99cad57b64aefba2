/**
 * What a guest says of itself in numbers: kinds of frames, zones, requests, answers, counters, rules, units. Where what lies in its
 * memory is between the core and its host: they read the files of this room themselves.
 *
 * @module guestmem/abi
 */

export * from './compact.ts';
export {
  CZONE_ACTIVE,
  CZONE_DYING,
  CZONE_GROW_ASK,
  CZONE_LIMIT_BORROW,
  CZONE_LIMIT_GROW,
  CZONE_LIMIT_OOM,
} from './czone.ts';
export * from './gfp.ts';
export {
  ABI_VERSION,
  KERNEL_ZONES,
  KIND_BALLOON,
  KIND_FREE,
  KIND_HOLE,
  KIND_ISOLATED,
  KIND_KERNEL,
  KIND_MASK,
  KIND_MOVABLE,
  KIND_OBJECT,
  KIND_OFFLINE,
  KIND_ORDER_MASK,
  KIND_PCP,
  KIND_RESERVED,
  KIND_TAIL,
  KIND_UNMOVABLE,
  OBJECT_ANON,
  OBJECT_FILE,
  OBJECT_KERNEL,
  ZONE_DMA,
  ZONE_DMA32,
  ZONE_DMA32_LIMIT,
  ZONE_DMA_LIMIT,
  ZONE_MOVABLE,
  ZONE_NORMAL,
} from './layout.ts';
export * from './migratetype.ts';
export * from './rule.ts';
export * from './stat.ts';
export * from './status.ts';
export * from './unit.ts';
