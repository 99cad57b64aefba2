// What is free on the lists of a guest's zones.

import { GUEST_ZONES_USED_OFFSET } from '../abi/layout.ts';
import { ORDERS, THP_ORDER } from '../abi/unit.ts';
import type { FreeSpace, Instance } from './instance.ts';
import { ZoneView } from './zone-view.ts';

/** Of a guest whose allocator has lists; looking changes nothing. */
export function freeSpaceOf(
  instance: Instance,
  zoneAt: (index: number) => ZoneView = (index) => new ZoneView(instance, index),
): FreeSpace {
  let frames = 0;
  let wholeFrames = 0;
  for (let at = instance.headerWord(GUEST_ZONES_USED_OFFSET) - 1; at >= 0; at -= 1) {
    const zone = zoneAt(at);
    frames += zone.free;
    for (let order = THP_ORDER; order < ORDERS; order += 1) {
      wholeFrames += zone.freeBlocks(order) << order;
    }
  }
  return { frames, wholeFrames };
}
