// Pageblocks: 512 frames (2 MiB) with one migratetype and one zone. One u32 each:
//
//   [ zone:16 | unused:12 | skip:1 | migratetype:3 ]

import {
  PAGEBLOCK_NO_ZONE,
  PAGEBLOCK_SKIP,
  PAGEBLOCK_TYPE_MASK,
  PAGEBLOCK_ZONE_SHIFT,
} from '../../src/abi/layout';
import { PAGEBLOCK_FRAMES, PAGEBLOCK_ORDER } from '../../src/abi/unit';
import { MIGRATE_PCPTYPES, MIGRATE_TYPES } from '../../src/abi/migratetype';
import { blocksBase } from './guest';

if (PAGEBLOCK_FRAMES != 1 << PAGEBLOCK_ORDER) ERROR('a pageblock is 2^PAGEBLOCK_ORDER frames');
if (PAGEBLOCK_NO_ZONE != (1 << PAGEBLOCK_ZONE_SHIFT) - 1) ERROR('a zone fills the high half');
if (PAGEBLOCK_SKIP != PAGEBLOCK_TYPE_MASK + 1) ERROR('the hint lies behind the type');
if (MIGRATE_TYPES > PAGEBLOCK_TYPE_MASK + 1) ERROR('a type fits its bits');


@inline
function entry(pfn: u32): usize {
  return blocksBase + (((<usize>pfn) >> (<u32>PAGEBLOCK_ORDER)) << 2);
}


@inline
export function blockType(pfn: u32): u32 {
  return load<u32>(entry(pfn)) & PAGEBLOCK_TYPE_MASK;
}

/** Zone and type of the frame's pageblock in one word: frames with the same are of one list. */
@inline
export function blockPlace(pfn: u32): u32 {
  return load<u32>(entry(pfn)) & ~PAGEBLOCK_SKIP;
}


@inline
export function placeZone(place: u32): u32 {
  return place >> PAGEBLOCK_ZONE_SHIFT;
}


@inline
export function placeType(place: u32): u32 {
  return place & PAGEBLOCK_TYPE_MASK;
}

export function setBlockType(pfn: u32, migratetype: u32): void {
  const at = entry(pfn);
  store<u32>(at, (load<u32>(at) & ~PAGEBLOCK_TYPE_MASK) | migratetype);
}

/** Index of the zone that the block belongs to, PAGEBLOCK_NO_ZONE for holes. */
@inline
export function blockZone(pfn: u32): u32 {
  return load<u32>(entry(pfn)) >> PAGEBLOCK_ZONE_SHIFT;
}

export function setBlockZone(pfn: u32, zone: u32): void {
  const at = entry(pfn);
  store<u32>(at, (load<u32>(at) & 0xffff) | (zone << PAGEBLOCK_ZONE_SHIFT));
}


@inline
export function blockSkip(pfn: u32): bool {
  return (load<u32>(entry(pfn)) & PAGEBLOCK_SKIP) != 0;
}

export function setBlockSkip(pfn: u32, skip: bool): void {
  const at = entry(pfn);
  const rest = load<u32>(at) & ~PAGEBLOCK_SKIP;
  store<u32>(at, skip ? rest | PAGEBLOCK_SKIP : rest);
}

/** First frame of the pageblock that holds the frame. */
@inline
export function blockStart(pfn: u32): u32 {
  return pfn & ~(PAGEBLOCK_FRAMES - 1);
}

/** Sets the type of every pageblock of a free block of order >= 9. */
export function setBlockRangeType(pfn: u32, order: u32, migratetype: u32): void {
  const end = pfn + (1 << order);
  for (let at = pfn; at < end; at += 1 << (<u32>PAGEBLOCK_ORDER)) setBlockType(at, migratetype);
}

/** UNMOVABLE, MOVABLE and RECLAIMABLE blocks may merge with each other; HIGHATOMIC and ISOLATE only with their like. */
@inline
export function mergeable(migratetype: u32): bool {
  return migratetype < <u32>MIGRATE_PCPTYPES;
}
