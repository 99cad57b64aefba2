// What is in use when a recording begins, and what of it can move.

import { expect, it } from 'vitest';
import { MIGRATE_MOVABLE, MIGRATE_TYPES } from '../../../../src/core/index.ts';
import type { ExtraEvent } from '../../../../src/recording/read/index.ts';
import {
  holdStart,
  longestRun,
  pinnedAtStart,
  seenTurns,
} from '../../../../src/recording/live/start.ts';
import { NOBODY, Tenants } from '../../../../src/recording/live/tenants.ts';
import { emptyState, ZONE_FRAMES, ZONE_START } from '../../../support/recording.ts';
import { drain, free, writtenCapture } from '../../../support/written.ts';

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

it('stays where boot took it: the image from the bottom up, all else that is not managed from the top down', () => {
  const start = usedAtBothEnds();
  for (const zone of start.zones) zone.managed = zone.present - (2 * MAX_BLOCK + 200);
  // all of the lower two blocks follow each other, so the image is no part of them
  const pinned = pinnedAtStart({ start, zoneinfo: zoneinfo(824) });
  expect(pinned.length).toBe(2 * MAX_BLOCK + 200);
  expect(pinned[2 * MAX_BLOCK - 1]).toBe(ZONE_START + 2 * MAX_BLOCK - 1);
  expect(pinned[2 * MAX_BLOCK]).toBe(END - 200);
});

it('moves what lies behind the image, and what the upper half has more than boot took', () => {
  const start = usedAtBothEnds();
  // a free frame behind the first 700: the image ends there
  for (const zone of start.zones) {
    zone.free[MIGRATE_MOVABLE] = Uint32Array.of(ZONE_START + 700);
    zone.managed = zone.present - 1000;
  }
  const pinned = pinnedAtStart({ start, zoneinfo: zoneinfo(1500) });
  expect(pinned.length).toBe(1000);
  expect(pinned[699]).toBe(ZONE_START + 699);
  expect(pinned[700]).toBe(END - 300);
});

it('moves what came to lie between the parts of the image, where boot has freed some of it', () => {
  const start = usedAtBothEnds();
  // free: [700, 704) and [708, 712); four frames in use between them
  for (const zone of start.zones) {
    zone.free[MIGRATE_TYPES * 2 + MIGRATE_MOVABLE] = Uint32Array.of(
      ZONE_START + 700,
      ZONE_START + 708,
    );
    zone.managed = zone.present - 2 * MAX_BLOCK;
  }
  const pinned = pinnedAtStart({ start, zoneinfo: zoneinfo(1200) });
  expect(pinned.filter((pfn) => pfn >= ZONE_START + 700 && pfn < ZONE_START + 712)).toEqual([]);
  expect(pinned).toContain(ZONE_START + 699);
  expect(pinned).toContain(ZONE_START + 712);
});

it('has the longest run of what boot took, where the recorded drivers may have their rings', () => {
  expect(longestRun([3, 4, 9, 10, 11, 20])).toEqual({ start: 9, frames: 3 });
  expect(longestRun([])).toEqual({ start: 0, frames: 0 });
});

const turn = (timeUs: number, cpu: number): ExtraEvent =>
  ({ kind: 'decay', timeUs, cpu }) as ExtraEvent;

it('goes by the turns of one CPU in the second trace, else by those that drained something', () => {
  const { trace } = writtenCapture([['sh', '.....', free('1')]]);
  const events = [turn(56_214_000, 0), turn(56_400_000, 1), turn(57_190_000, 0)];
  const extra = { file: 'extra.txt', events, isThere: true };
  expect(seenTurns({ trace, extra }).map(({ timeUs }) => timeUs)).toEqual([56_214_000, 57_190_000]);
  const drained = writtenCapture([
    ['sh', '.....', free('1')],
    ['kworker/0:1', 'd..2.', drain('5')],
  ]);
  expect(seenTurns(drained)).toHaveLength(1);
  expect(seenTurns({ trace, extra: drained.extra })).toEqual([]);
});

it('may all move where nothing says how much can', () => {
  const start = usedAtBothEnds();
  expect(pinnedAtStart({ start, zoneinfo: { before: '', after: '' } })).toEqual([]);
  expect(pinnedAtStart({ start, zoneinfo: zoneinfo(5000) })).toEqual([]);
});
