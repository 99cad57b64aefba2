// What is in use when a recording begins, and what of it can move.

import { expect, it } from 'vitest';
import { holdStart, pinnedAtStart } from '../../../../src/recording/live/start.ts';
import { NOBODY, Tenants } from '../../../../src/recording/live/tenants.ts';
import { emptyState, ZONE_FRAMES, ZONE_START } from '../../../support/recording.ts';

const MAX_BLOCK = 1024;
const END = ZONE_START + ZONE_FRAMES;

/** The first two blocks of 4 MiB are in use, and the last. */
function usedAtBothEnds(): ReturnType<typeof emptyState> {
  const state = emptyState();
  for (const zone of state.zones) {
    zone.free = zone.free.map((list) =>
      list.filter((pfn) => pfn >= ZONE_START + 2 * MAX_BLOCK && pfn < END - MAX_BLOCK),
    );
  }
  return state;
}

/** zoneinfo of a zone with so many pages on its LRU lists. */
function zoneinfo(pages: number): { before: string; after: string } {
  const before = `Node 0, zone    DMA32
  pages free     45898
      nr_zone_inactive_anon 0
      nr_zone_active_anon ${pages - 100}
      nr_zone_inactive_file 60
      nr_zone_active_file 0
      nr_zone_unevictable 40
      nr_zone_write_pending 7
`;
  return { before, after: '' };
}

it('is held by somebody, each frame for itself', () => {
  const tenants = new Tenants(END);
  holdStart(tenants, usedAtBothEnds());
  const held = [ZONE_START, ZONE_START + 2 * MAX_BLOCK - 1, END - 1].map((pfn) => tenants.at(pfn));
  expect(held.every((tenant) => tenant !== NOBODY)).toBe(true);
  expect(tenants.at(ZONE_START + 2 * MAX_BLOCK)).toBe(NOBODY);
});

it('moves as far as LRU lists held it: the highest frames of the lower half', () => {
  const pinned = pinnedAtStart({ start: usedAtBothEnds(), zoneinfo: zoneinfo(1500) });
  expect(pinned.length).toBe(3 * MAX_BLOCK - 1500);
  expect(pinned.slice(0, 2 * MAX_BLOCK - 1500).every((pfn, at) => pfn === ZONE_START + at)).toBe(
    true,
  );
  expect(pinned.at(-1)).toBe(END - 1);
  expect(pinned.filter((pfn) => pfn >= END - MAX_BLOCK).length).toBe(MAX_BLOCK);
});

it('may all move where nothing says how much can', () => {
  const start = usedAtBothEnds();
  expect(pinnedAtStart({ start, zoneinfo: { before: '', after: '' } })).toEqual([]);
  expect(pinnedAtStart({ start, zoneinfo: zoneinfo(5000) })).toEqual([]);
});
