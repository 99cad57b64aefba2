// What is free on the lists of a guest's zones.

import {
  GUEST_ZONES_USED_OFFSET,
  ZONE_FREE_BY_ORDER_OFFSET,
  ZONE_FREE_OFFSET,
  ZONE_STRIDE,
} from '../abi/layout.ts';
import { ORDERS, THP_ORDER } from '../abi/unit.ts';
import type { FreeSpace, Instance } from './instance.ts';
import { zoneAddress } from './zone-view.ts';

/** Of a guest whose allocator has lists; looking changes nothing. Read as words: replays look at all guests at each sample. */
export function freeSpaceOf(instance: Instance): FreeSpace {
  const { words } = instance.outer;
  const zones = zoneAddress(instance, 0);
  const end = zones + instance.headerWord(GUEST_ZONES_USED_OFFSET) * ZONE_STRIDE;
  let frames = 0;
  let wholeFrames = 0;
  for (let zone = zones; zone < end; zone += ZONE_STRIDE) {
    frames += words[(zone + ZONE_FREE_OFFSET) >>> 2] as number;
    const blocks = (zone + ZONE_FREE_BY_ORDER_OFFSET) >>> 2;
    for (let order = THP_ORDER; order < ORDERS; order += 1) {
      wholeFrames += (words[blocks + order] as number) << order;
    }
  }
  return { frames, wholeFrames };
}
