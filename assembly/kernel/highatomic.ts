// The HIGHATOMIC reserve: pageblocks kept back for high-order requests that cannot wait.

import { PAGEBLOCK_FRAMES, PAGEBLOCK_ORDER } from '../../src/abi/unit';
import { MIGRATE_HIGHATOMIC } from '../../src/abi/migratetype';
import { STAT_HIGHATOMIC_BLOCKS } from '../../src/abi/stat';
import { guest } from '../base/guest';
import { listHead } from '../base/list';
import {
  blockStart,
  blockType,
  mergeable,
  setBlockRangeType,
  setBlockType,
} from '../base/pageblock';
import { count } from '../base/stats';
import { Zone, freeList, orderMask, zoneAt } from '../base/zone';
import { moveFree } from './buddy';
import { moveFreeOfBlock } from './fallback';
import { zonelistAt } from './zonelist';

/** After a high-order atomic request succeeded: keep the rest of its pageblock for the next ones. */
export function reserveHighatomic(zone: Zone, pfn: u32, order: u32): void {
  const share = zone.managed / 100;
  if (share < <u32>PAGEBLOCK_FRAMES) return;
  const limit = blockStart(share + PAGEBLOCK_FRAMES - 1);
  if (zone.reservedHighatomic >= limit) return;
  const type = blockType(pfn);
  if (!mergeable(type)) return;
  if (order < <u32>PAGEBLOCK_ORDER) {
    moveFreeOfBlock(zone, pfn, type, MIGRATE_HIGHATOMIC);
    setBlockType(pfn, MIGRATE_HIGHATOMIC);
    zone.reservedHighatomic += PAGEBLOCK_FRAMES;
  } else {
    setBlockRangeType(pfn, order, MIGRATE_HIGHATOMIC);
    zone.reservedHighatomic += 1 << order;
  }
  count(STAT_HIGHATOMIC_BLOCKS, 1);
}

/** Gives one reserved pageblock per call back to `type`, the smallest free block's first. Frames moved. */
export function releaseHighatomic(type: u32, force: bool): u32 {
  for (let position: u32 = 0; position < guest.zonelistCount; position++) {
    const zone = zoneAt(zonelistAt(position));
    if (!force && zone.reservedHighatomic <= <u32>PAGEBLOCK_FRAMES) continue;
    const orders = orderMask(zone, MIGRATE_HIGHATOMIC);
    if (orders == 0) continue;
    const order = ctz<u32>(orders);
    const pfn = listHead(freeList(zone, order, MIGRATE_HIGHATOMIC));
    zone.reservedHighatomic -= min<u32>(PAGEBLOCK_FRAMES, zone.reservedHighatomic);
    if (order < <u32>PAGEBLOCK_ORDER) {
      const moved = moveFreeOfBlock(zone, pfn, MIGRATE_HIGHATOMIC, type);
      setBlockType(pfn, type);
      return moved;
    }
    moveFree(zone, pfn, order, MIGRATE_HIGHATOMIC, type);
    setBlockRangeType(pfn, order, type);
    return 1 << order;
  }
  return 0;
}
