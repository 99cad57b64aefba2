// kcompactd in a live guest.

import { describe, expect, it } from 'vitest';
import { NS_PER_MS, NS_PER_S } from '../../../src/abi/unit.ts';
import {
  GFP_DIRECT_RECLAIM,
  GFP_HIGHUSER_MOVABLE,
  GFP_KERNEL,
  KCOMPACTD_WOKEN,
  NONE,
  OBJECT_ANON,
  PAGEBLOCK_FRAMES,
  PAGEBLOCK_ORDER,
  STAT_MIGRATED_PAGES,
  STAT_TEMPLATE_MOVES,
  ZONE_DMA32,
} from '../../../src/core/index.ts';
import { verify } from '../../../src/core/verify.ts';
import { type GuestKernel, freeFrames } from '../../../src/guest/index.ts';
import { Clock } from '../../../src/time/index.ts';
import { takeCensus } from '../../support/census.ts';
import { CONFIG, makeGuest } from '../../support/guest.ts';

const MIB = 256;
/** With hardly a frame kept back. */
const WITHOUT_THP = { ...CONFIG, memoryFrames: 256 * MIB, thp: false };

function started(config = WITHOUT_THP, template = false): { guest: GuestKernel; clock: Clock } {
  const clock = new Clock();
  return { guest: makeGuest(config, template, clock), clock };
}

/** Fills memory with an object and unmaps every other page: all that is free is scattered. */
function scatter(guest: GuestKernel): void {
  const { core, memory } = guest;
  const object = core.objects.create(OBJECT_ANON, NONE, GFP_HIGHUSER_MOVABLE);
  const pages = freeFrames(core) - 12 * MIB;
  memory.frames.anonymous += memory.touch(object, 0, pages, true, 0, 0);
  for (let page = 0; page < pages; page += 2) core.objects.truncate(object, page, 1, 0);
  memory.frames.anonymous -= Math.ceil(pages / 2);
  core.pages.drainAll();
}

/** kswapd's end asks for a block of an order. */
function wakeFor(guest: GuestKernel, order: number): void {
  const { kswapd } = guest.memory;
  const take = kswapd.takeCompaction.bind(kswapd);
  kswapd.takeCompaction = () => ({ order, highest: ZONE_DMA32 });
  guest.runBackground();
  kswapd.takeCompaction = take;
}

describe('kcompactd', () => {
  it('finds memory scattered within half a second and moves pages together', () => {
    const { guest, clock } = started(WITHOUT_THP);
    scatter(guest);
    guest.runBackground();
    const { compaction } = guest.core;
    expect(compaction.score).toBeGreaterThan(90);
    clock.advance(0.5 * NS_PER_S);
    expect(compaction.score).toBeLessThanOrEqual(90);
    expect(verify(guest.core)).toBeUndefined();
  });

  it('looks by itself no sooner than half a second after kswapd woke it', () => {
    const { guest, clock } = started(WITHOUT_THP);
    const { compaction, pages } = guest.core;
    clock.advance(0.25 * NS_PER_S);
    scatter(guest);
    // until kswapd is woken, and kcompactd by its end, for a block that little moves for
    while (pages.alloc(GFP_KERNEL & ~GFP_DIRECT_RECLAIM, 4, 0) >= 0);
    guest.runBackground();
    clock.advanceTo(0.5 * NS_PER_S);
    expect(compaction.score).toBeGreaterThan(90);
    clock.advanceTo(NS_PER_S);
    expect(compaction.score).toBeLessThanOrEqual(90);
  });

  it("accounts template pages that it moves in a clone as the system's own", () => {
    const { guest, clock } = started(WITHOUT_THP, true);
    scatter(guest);
    guest.runBackground();
    clock.advance(NS_PER_S);
    expect(guest.core.stat(STAT_TEMPLATE_MOVES)).toBeGreaterThan(0);
    expect(guest.memory.idleFrames).toBe(takeCensus(guest.core).idleFrames);
    guest.files.shrink(10_000);
    expect(guest.memory.idleFrames).toBe(takeCensus(guest.core).idleFrames);
    expect(verify(guest.core)).toBeUndefined();
  });

  it('with a pace goes on batch by batch, and is over before its guest stops', () => {
    const { guest, clock } = started(WITHOUT_THP);
    guest.paceCompaction((pages) => pages * NS_PER_MS);
    scatter(guest);
    guest.runBackground();
    const before = guest.core.stat(STAT_MIGRATED_PAGES);
    clock.advance(0.5 * NS_PER_S);
    const first = guest.core.stat(STAT_MIGRATED_PAGES) - before;
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThanOrEqual(PAGEBLOCK_FRAMES);
    clock.advance(NS_PER_S);
    expect(guest.core.stat(STAT_MIGRATED_PAGES) - before).toBeGreaterThan(first);
    expect(guest.core.compaction.score).toBeGreaterThan(90);
    guest.stopWorkers();
    expect(guest.core.compaction.score).toBeLessThanOrEqual(90);
    expect(verify(guest.core)).toBeUndefined();
  });

  it('with a pace looks each time, however little of memory has changed hands', () => {
    const { guest, clock } = started(WITHOUT_THP);
    guest.paceCompaction(() => 0);
    clock.advance(NS_PER_S);
    const { compaction, pages } = guest.core;
    let looks = 0;
    Object.defineProperty(compaction, 'score', {
      get: () => {
        looks += 1;
        return 0;
      },
    });
    for (let second = 0; second < 3; second += 1) {
      pages.alloc(GFP_KERNEL, 0, 0);
      guest.stir();
      guest.runBackground();
      clock.advance(NS_PER_S);
    }
    expect(looks).toBe(3);
  });

  it('waits while a task has a zone compacted, which goes on batch by batch until the task does', () => {
    const { guest, clock } = started(WITHOUT_THP);
    scatter(guest);
    guest.runBackground();
    const { core } = guest;
    const before = core.stat(STAT_MIGRATED_PAGES);
    guest.compactZone(ZONE_DMA32, 0, (pages) => pages * NS_PER_MS);
    const first = core.stat(STAT_MIGRATED_PAGES) - before;
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThanOrEqual(PAGEBLOCK_FRAMES);
    // kcompactd would have looked by now, and be through at once
    clock.advance(NS_PER_S);
    const second = core.stat(STAT_MIGRATED_PAGES) - before;
    expect(second).toBeGreaterThan(first);
    expect(second).toBeLessThan(NS_PER_S / NS_PER_MS + 2 * PAGEBLOCK_FRAMES);
    guest.endZone();
    const whole = core.stat(STAT_MIGRATED_PAGES);
    expect(core.compaction.score).toBeLessThanOrEqual(90);
    expect(verify(core)).toBeUndefined();
    clock.advance(10 * NS_PER_S);
    expect(core.stat(STAT_MIGRATED_PAGES)).toBe(whole);
  });

  it('lets what a task asks for in the midst of its own run take no time', () => {
    const { guest, clock } = started(WITHOUT_THP);
    guest.paceCompaction((pages) => pages * NS_PER_MS);
    scatter(guest);
    guest.runBackground();
    clock.advance(0.5 * NS_PER_S);
    expect(guest.core.compaction.score).toBeGreaterThan(90);
    guest.compactZone(ZONE_DMA32, 0, (pages) => pages * NS_PER_MS);
    expect(guest.core.compaction.score).toBeLessThanOrEqual(90);
    guest.endZone();
    guest.stopWorkers();
    expect(verify(guest.core)).toBeUndefined();
  });

  it('is not woken where no zone is suitable, and works for it when its time is up', () => {
    const { guest, clock } = started(WITHOUT_THP);
    const { compaction } = guest.core;
    const asked: (number | undefined)[] = [];
    const background = compaction.background.bind(compaction);
    compaction.background = (order, highest, cpu, how) => {
      asked.push(how);
      return background(order, highest, cpu, how);
    };
    clock.advance(0.25 * NS_PER_S);
    wakeFor(guest, PAGEBLOCK_ORDER);
    clock.advance(0.1 * NS_PER_S);
    expect(asked).toEqual([KCOMPACTD_WOKEN]);
    clock.advance(0.15 * NS_PER_S);
    expect(asked).toEqual([KCOMPACTD_WOKEN, 0]);
  });

  it('takes a pace and times that are some, and nothing was skipped later than now', () => {
    const { guest } = started(WITHOUT_THP);
    expect(() => guest.paceCompaction(7 as never)).toThrow('pace: expected a function');
    expect(() => guest.paceCompaction(() => 0, Number.NaN)).toThrow('looksNs: expected');
    expect(() => guest.catchUp(1e21)).toThrow('lastNs: expected');
  });

  it('looks when it is told to, and whole waits before', () => {
    const { guest, clock } = started(WITHOUT_THP);
    guest.paceCompaction(() => 0, 3.1 * NS_PER_S);
    scatter(guest);
    guest.runBackground();
    clock.advanceTo((3100 - 6 * 512 - 1) * NS_PER_MS);
    expect(guest.core.compaction.score).toBeGreaterThan(90);
    clock.advanceTo((3100 - 6 * 512 + 1) * NS_PER_MS);
    expect(guest.core.compaction.score).toBeLessThanOrEqual(90);
  });

  it('sleeps for half a minute after a run that did not help, whatever kswapd wants of it', () => {
    const { guest, clock } = started(WITHOUT_THP);
    const { compaction } = guest.core;
    const asked: (number | undefined)[] = [];
    const background = compaction.background.bind(compaction);
    compaction.background = (order, highest, cpu, how) => {
      asked.push(how);
      return background(order, highest, cpu, how);
    };
    compaction.proactive = () => 100;
    scatter(guest);
    guest.runBackground();
    clock.advance(0.5 * NS_PER_S);
    wakeFor(guest, 1);
    clock.advance(30 * NS_PER_S);
    // no zone is suitable, so it is not woken
    expect(asked).toEqual([KCOMPACTD_WOKEN]);
    clock.advance(3 * NS_PER_S);
    expect(asked).toEqual([KCOMPACTD_WOKEN, 0]);
  });
});
