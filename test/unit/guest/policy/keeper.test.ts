import { ZONE_BLOCKS_OFFSET } from '../../../../src/abi/layout.ts';
import { CZONE_LIMIT_BORROW } from '../../../../src/abi/czone.ts';
import { describe, expect, it } from 'vitest';
import {
  GFP_HIGHUSER_MOVABLE,
  OBJECT_ANON,
  STAT_CZONE_BORROWED_PAGES,
} from '../../../../src/core/index.ts';
import {
  type CZones,
  CZonePages,
  type GuestKernel,
  GuestOutOfMemory,
  type KeeperOptions,
  CZoneKeeper,
  type CZoneView,
  growAsPredicted,
  growByDoubling,
  growByStep,
  shrinkBetween,
  shrinkWhenIdle,
  verify,
} from '../../../../src/guest/index.ts';
import { Clock } from '../../../../src/time/index.ts';
import { zoneField } from '../../../support/core.ts';
import { CZONE_CONFIG, makeGuest } from '../setup.ts';
import { rawOf } from '../../../../src/core/raw.ts';

interface Scene {
  readonly guest: GuestKernel;
  readonly keeper: CZoneKeeper;
  readonly clock: Clock;
  readonly calls: string[];
  readonly block: number;
}

function scene(options: KeeperOptions): Scene {
  const guest = makeGuest(CZONE_CONFIG, false);
  const zones = guest.czones as CZones;
  const clock = new Clock();
  const calls: string[] = [];
  const keeper = new CZoneKeeper(guest.memory, zones, options, clock, {
    reclaim: (zone) => void calls.push(`reclaim ${zone}`),
    cancel: (zone) => void calls.push(`cancel ${zone}`),
  });
  return { guest, keeper, clock, calls, block: zones.region.blockFrames };
}

function fill(guest: GuestKernel, zone: number, pages: number): number {
  const raw = rawOf(guest.core);
  const object = raw.objectCreate(OBJECT_ANON, zone, GFP_HIGHUSER_MOVABLE, 0);
  guest.memory.touch(object, 0, pages, true, 0, 0);
  return object;
}

const view = (over: Partial<CZoneView>): CZoneView => ({
  key: 'f',
  blocks: 10,
  limitBlocks: 20,
  freeBlocks: 0,
  peakBlocks: 10,
  idleSinceNs: undefined,
  ...over,
});

describe('growth policies', () => {
  it('step adds the same again and again', () => {
    expect(growByStep(4).firstBlocks('f', 3)).toBe(3);
    expect(growByStep(4).nextBlocks(view({ blocks: 100 }))).toBe(4);
  });

  it('doubling adds what is there', () => {
    expect(growByDoubling(2).firstBlocks('f', 9)).toBe(2);
    expect(growByDoubling(2).nextBlocks(view({ blocks: 6 }))).toBe(6);
    expect(growByDoubling(2).nextBlocks(view({ blocks: 0 }))).toBe(1);
  });

  it('prediction starts with what most zones of the function came to', () => {
    const growth = growAsPredicted({ memory: 4, quantile: 0.75, unknownBlocks: 2 });
    expect(growth.firstBlocks('f', 100)).toBe(2);
    for (const peak of [90, 5, 7, 6, 8]) growth.observe('f', peak);
    expect(growth.firstBlocks('f', 100)).toBe(7);
    expect(growth.firstBlocks('f', 6)).toBe(6);
    expect(growth.firstBlocks('g', 100)).toBe(2);
  });
});

describe('shrink policies', () => {
  it('idle time gives everything unused, after the time and not before', () => {
    const policy = shrinkWhenIdle(1000);
    expect(policy.blocksToGive(view({ freeBlocks: 3 }), 5000)).toBe(0);
    expect(policy.blocksToGive(view({ freeBlocks: 3, idleSinceNs: 4001 }), 5000)).toBe(0);
    expect(policy.blocksToGive(view({ freeBlocks: 3, idleSinceNs: 4000 }), 5000)).toBe(3);
  });

  it('hysteresis waits for the high mark and stops at the low one', () => {
    const policy = shrinkBetween({ high: 0.5, low: 0.2 });
    expect(policy.blocksToGive(view({ freeBlocks: 5 }), 0)).toBe(0);
    expect(policy.blocksToGive(view({ freeBlocks: 6 }), 0)).toBe(4);
    expect(() => shrinkBetween({ high: 0.1, low: 0.2 })).toThrow(/0.2 and 0.1/);
  });
});

describe('CZoneKeeper', () => {
  it('asks the policy when a zone is full, and plugs what the pool lacks', () => {
    const { guest, keeper, block } = scene({ growth: growByDoubling(1) });
    const zone = keeper.create('f', 1, 8 * block);
    fill(guest, zone, block * 3);
    expect(zoneField(guest.core, zone, ZONE_BLOCKS_OFFSET)).toBe(4);
    expect(verify(guest.core)).toBeUndefined();
  });

  it('stops at the limit, or borrows there', () => {
    const tight = scene({ growth: growByStep(3) });
    const zone = tight.keeper.create('f', 1, 2 * tight.block);
    expect(() => fill(tight.guest, zone, 2 * tight.block + 1)).toThrow(GuestOutOfMemory);
    expect(tight.keeper.view(zone).blocks).toBe(2);
    const loose = scene({ growth: growByStep(3), limitPolicy: CZONE_LIMIT_BORROW });
    const other = loose.keeper.create('f', 1, 2 * loose.block);
    fill(loose.guest, other, 2 * loose.block + 7);
    expect(loose.guest.core.stat(STAT_CZONE_BORROWED_PAGES)).toBe(7);
    expect(verify(loose.guest.core)).toBeUndefined();
  });

  it('asks for reclaim when a zone has been idle for the delay', () => {
    const { keeper, clock, calls, block } = scene({ growth: growByStep(1), reclaimAfterNs: 100 });
    const zone = keeper.create('f', 1, 4 * block);
    keeper.idle(zone);
    clock.advance(99);
    expect(calls).toEqual([]);
    clock.advance(1);
    expect(calls).toEqual([`reclaim ${zone}`]);
  });

  it('makes no request when work comes first, and takes one back that was made', () => {
    const { keeper, clock, calls, block } = scene({ growth: growByStep(1), reclaimAfterNs: 100 });
    const zone = keeper.create('f', 1, 4 * block);
    keeper.idle(zone);
    clock.advance(50);
    keeper.active(zone);
    clock.advance(100);
    expect(calls).toEqual([]);
    keeper.idle(zone);
    clock.advance(100);
    keeper.active(zone);
    expect(calls).toEqual([`reclaim ${zone}`, `cancel ${zone}`]);
  });

  it('moves pages together and gives free blocks back, as the policy says', () => {
    const { guest, keeper, clock, block } = scene({
      growth: growByStep(1),
      shrink: shrinkWhenIdle(10),
      movePages: 1e6,
    });
    const zone = keeper.create('f', 1, 6 * block);
    const kept = fill(guest, zone, block);
    const hole = fill(guest, zone, 3 * block);
    fill(guest, zone, 100);
    rawOf(guest.core).objectDestroy(hole, 0);
    keeper.idle(zone);
    expect(keeper.shrink(zone)).toBe(0);
    clock.advance(10);
    expect(keeper.shrink(zone)).toBe(3);
    expect(keeper.view(zone).blocks).toBe(2);
    expect(rawOf(guest.core).objectPages(kept)).toBe(block);
    expect(verify(guest.core)).toBeUndefined();
  });

  it('shows the next call what reclaim cost it', () => {
    const { guest, keeper, block } = scene({ growth: growByStep(2) });
    const zone = keeper.create('f', 1, 4 * block);
    const object = fill(guest, zone, 300);
    const raw = rawOf(guest.core);
    raw.objectTruncate(object, 100, 200, 0);
    keeper.idle(zone);
    const pages = new CZonePages(guest.memory, (guest.czones as CZones).region);
    const pairs = new Uint32Array(64);
    const ranges = pages.collect(zone, 32, 1e6, 0, pairs);
    for (let at = 0; at < ranges; at += 1) {
      const [pfn, frames] = [pairs[2 * at] as number, pairs[2 * at + 1] as number];
      raw.releaseRange(pfn, frames);
      pages.putBack(zone, pfn, frames, true);
    }
    keeper.active(zone);
    guest.memory.touch(object, 0, 100, true, 0, 100);
    expect(keeper.faultsSinceActive(zone)).toBe(0);
    guest.memory.touch(object, 100, 200, true, 0, 100);
    expect(keeper.faultsSinceActive(zone)).toBe(200);
  });

  it('remembers the size of zones that have ended', () => {
    const growth = growAsPredicted({ memory: 8, quantile: 0.9, unknownBlocks: 1 });
    const { guest, keeper, block } = scene({ growth });
    const first = keeper.create('f', 1, 8 * block);
    fill(guest, first, 3 * block);
    keeper.forget(first);
    rawOf(guest.core).czoneExit(first, 0);
    const second = keeper.create('f', 2, 8 * block);
    expect(keeper.view(second).blocks).toBe(3);
  });
});
