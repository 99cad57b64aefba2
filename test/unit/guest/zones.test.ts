/** CZones as the guest kernel manages them: they begin small, grow when they are full, and end in one way. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CZones,
  type GrowthPolicy,
  type GuestKernel,
  GuestOutOfMemory,
  Process,
  ProcessTree,
  growAsPredicted,
  growByDoubling,
  growByStep,
  verify,
} from '../../../src/guest/index.ts';
import { CZONE_CONFIG, makeGuest, plainHost } from '../../support/guest.ts';

const BLOCK = 512;

interface Scene {
  readonly guest: GuestKernel;
  readonly zones: CZones;
  readonly heard: string[];
}

function scene(growth: GrowthPolicy): Scene {
  const guest = makeGuest(CZONE_CONFIG, false);
  const zones = guest.czones as CZones;
  const heard: string[] = [];
  zones.host = plainHost(guest.core, zones, heard);
  zones.growth = growth;
  return { guest, zones, heard };
}

function processIn({ guest }: Scene, czone: number): Process {
  return new Process(guest, { cpu: 0, kernelFrames: 8, mappedPages: 8 * BLOCK, czone });
}

describe('CZones', () => {
  it('ask the policy when a zone is full, and the host for what the pool lacks', () => {
    const made = scene(growByDoubling(1));
    const { guest, zones, heard } = made;
    const zone = zones.create(1, 8 * BLOCK);
    processIn(made, zone).touch(0, 3 * BLOCK, true);
    expect(heard).toEqual([
      `created ${zone}`,
      `plug ${zone} 1`,
      `plug ${zone} 1`,
      `plug ${zone} 2`,
    ]);
    expect(zones.blocksOf(zone)).toHaveLength(4);
    expect(verify(guest.core)).toBeUndefined();
  });

  it('take blocks of zones that have ended before they ask the host', () => {
    const made = scene(growByStep(1));
    const { zones, heard } = made;
    const zone = zones.create(1, 8 * BLOCK);
    const process = processIn(made, zone);
    process.touch(0, 2 * BLOCK, true);
    expect(process.exit()).toBe(2);
    expect(heard.slice(-2)).toEqual([`ending ${zone}`, `ended ${zone}`]);
    const before = heard.length;
    processIn(made, zones.create(2, 8 * BLOCK)).touch(0, 2 * BLOCK, true);
    expect(heard.slice(before)).toEqual([`created ${zone}`]);
  });

  it('refuse what is no number of blocks, by the name of the policy that says it', () => {
    for (const wild of [Number.NaN, 1.5, -1, Infinity, 'x' as never]) {
      const policy = { name: 'own', observe: () => {}, nextBlocks: () => 1, firstBlocks: () => 1 };
      const firsts = scene({ ...policy, firstBlocks: () => wild });
      expect(() => firsts.zones.create(1, 8 * BLOCK)).toThrow('own: firstBlocks: expected');
      const nexts = scene({ ...policy, nextBlocks: () => wild });
      const zone = nexts.zones.create(1, 8 * BLOCK);
      expect(() => nexts.zones.grow(zone)).toThrow('own: nextBlocks: expected');
    }
  });

  it('stop at the limit', () => {
    const made = scene(growByStep(3));
    const zone = made.zones.create(1, 2 * BLOCK);
    const process = processIn(made, zone);
    expect(() => process.touch(0, 2 * BLOCK + 1, true)).toThrow(GuestOutOfMemory);
    expect(made.zones.view(zone).blocks).toBe(2);
  });

  it('are out of memory when the region is used up', () => {
    const made = scene(growByStep(4));
    const process = processIn(made, made.zones.create(1, 100 * BLOCK));
    expect(() => process.touch(0, 16 * BLOCK + 1, true)).toThrow(/the CZone is full/);
  });

  it('remember the size of zones that have ended', () => {
    const made = scene(growAsPredicted({ memory: 8, quantile: 0.9, unknownBlocks: 1 }));
    const { zones } = made;
    const first = processIn(made, zones.create(1, 8 * BLOCK, 'f'));
    first.touch(0, 3 * BLOCK, true);
    first.exit();
    expect(zones.view(zones.create(2, 8 * BLOCK, 'f')).blocks).toBe(3);
    expect(zones.view(zones.create(3, 8 * BLOCK, 'g')).blocks).toBe(1);
  });

  it('have struct pages for what is plugged, and no more', () => {
    const made = scene(growByStep(1));
    const { guest, zones } = made;
    const before = guest.memory.frames.guestOs;
    const zone = zones.create(1, 8 * BLOCK);
    expect(zones.memmapPages).toBe(8);
    expect(guest.memory.frames.guestOs - before).toBe(8);
    zones.exit(zone, 0);
    expect(zones.memmapPages).toBe(8);
    const [pooled] = guest.core.czones.pooled() as [number];
    guest.core.czones.unplug(pooled, BLOCK);
    expect(zones.memmapPages).toBe(0);
  });

  it('tell the host of a dying zone’s end when its last frame goes', () => {
    const { guest, zones, heard } = scene(growByStep(1));
    const [dead, other] = [zones.create(1, 8 * BLOCK), zones.create(2, 8 * BLOCK)];
    const tree = new ProcessTree(guest, 0, dead);
    const first = tree.start();
    tree.touch(first, 0, 100, true);
    const child = tree.fork(first, other);
    tree.exit(first);
    expect(zones.exit(dead, 0)).toBe(0);
    expect(heard.slice(-2)).toEqual([`ending ${dead}`, `withered ${dead}`]);
    tree.unmap(child, 0, 99);
    guest.runBackground();
    expect(heard.at(-1)).toBe(`withered ${dead}`);
    tree.unmap(child, 99, 1);
    guest.runBackground();
    expect(heard.at(-1)).toBe(`ended ${dead}`);
    expect(verify(guest.core)).toBeUndefined();
  });

  it('never get a block before they need one: beyond the first, only what is in use at the peak', () => {
    const step = fc.record({
      who: fc.nat(2),
      what: fc.constantFrom('touch', 'temporary', 'free', 'restart'),
      pages: fc.integer({ min: 1, max: 1500 }),
    });
    const property = fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const made = scene(growByStep(1));
      const { guest, zones } = made;
      const begin = (owner: number): { zone: number; process: Process; peak: number } => {
        const zone = zones.create(owner, 5 * BLOCK);
        expect(zones.view(zone).blocks).toBe(1);
        return { zone, process: processIn(made, zone), peak: 4 };
      };
      const all = [begin(0), begin(1), begin(2)];
      for (const { who, what, pages } of steps) {
        const one = all[who] as (typeof all)[number];
        if (what === 'touch') one.process.touch(0, pages, true);
        else if (what === 'temporary') one.process.touchTemporary(Math.ceil(pages / 2));
        else if (what === 'free') one.process.freeTemporary();
        else {
          one.process.exit();
          all[who] = begin(who);
          continue;
        }
        one.peak = Math.max(one.peak, one.process.anonymousPages);
        const needed = Math.max(1, Math.ceil(one.peak / BLOCK));
        expect(zones.view(one.zone).blocks).toBe(needed);
      }
      expect(verify(guest.core)).toBeUndefined();
    });
    fc.assert(property, { numRuns: 40 });
  });
});
