/** Maps are held against a walk of the guest's frames, one by one. */
import { describe, expect, it } from 'vitest';
import {
  MEMORY_BLOCK_FRAMES,
  FRAMES_PER_MIB,
  FRAME_BYTES,
  PAGEBLOCK_FRAMES,
} from '../../../src/abi/unit.ts';
import {
  MARK_MIXED,
  MARK_PER_CPU,
  MARK_TEMPLATE,
  type MemoryMap,
  SHARE_ALL,
  ZONE_NONE,
  mapOf,
} from '../../../src/map/cells.ts';
import {
  USE_BALLOON,
  USE_FREE,
  USE_IMAGE,
  USE_ISOLATED,
  USE_NONE,
  USE_OFFLINE,
  USE_OWNER,
  USE_PER_CPU,
  USE_POOL,
  isTaken,
} from '../../../src/map/use.ts';
import { loneHost, touchAndExit } from '../../../src/scenario/guest.ts';
import {
  Balloon,
  CZoneVirtio,
  type FrameKind,
  type GuestFrame,
  GuestMapper,
  Process,
  VirtioMem,
  hotplugStart,
} from '../../../src/vmm/index.ts';

const SIMPLE: Partial<Record<FrameKind, number>> = {
  free: USE_FREE,
  'per-cpu': USE_PER_CPU,
  balloon: USE_BALLOON,
  offline: USE_OFFLINE,
  reserved: USE_IMAGE,
  isolated: USE_ISOLATED,
  hole: USE_NONE,
};

/** What a walk says of each frame: the kind of the block that it is in. */
function walk(frames: Iterable<GuestFrame>): GuestFrame[] {
  let kind: FrameKind = 'hole';
  return [...frames].map((frame) => {
    if (frame.kind !== 'tail') kind = frame.kind;
    return { ...frame, kind };
  });
}

/** The cells of a map and of a walk agree in everything that a walk can see. */
function expectEqual(map: MemoryMap, walked: readonly GuestFrame[]): void {
  const { cells, cellFrames, frames, backed } = map;
  for (const [kind, use] of Object.entries(SIMPLE)) {
    if (use === USE_NONE) continue;
    const found = walked.filter((frame) => frame.kind === kind);
    expect([kind, frames[use]]).toEqual([kind, found.length]);
  }
  expect(backed.reduce((sum, here) => sum + here, 0)).toBe(
    walked.filter(({ host }) => host !== 'none').length,
  );
  for (let cell = 0; cell < cells.use.length; cell += 1) {
    const here = walked.slice(cell * cellFrames, (cell + 1) * cellFrames);
    const isUsed = ({ kind }: GuestFrame): boolean => isTaken(SIMPLE[kind] ?? USE_IMAGE);
    const share = (some: readonly GuestFrame[]): number =>
      Math.ceil((some.length * SHARE_ALL) / cellFrames);
    const found = {
      taken: cells.taken[cell],
      takenBacked: cells.takenBacked[cell],
      freeBacked: cells.freeBacked[cell],
      isPerCpu: ((cells.marks[cell] as number) & MARK_PER_CPU) !== 0,
      isTemplate: ((cells.marks[cell] as number) & MARK_TEMPLATE) !== 0,
      isInZone: cells.zone[cell] !== ZONE_NONE,
    };
    expect({ cell, ...found }).toEqual({
      cell,
      taken: share(here.filter(isUsed)),
      takenBacked: share(here.filter((frame) => isUsed(frame) && frame.host !== 'none')),
      freeBacked: share(here.filter((frame) => !isUsed(frame) && frame.host !== 'none')),
      isPerCpu: here.some(({ kind }) => kind === 'per-cpu'),
      isTemplate: here.some(({ host }) => host === 'template'),
      isInZone: here[0]?.zone !== undefined,
    });
  }
}

describe('a map', () => {
  it('is what a walk of the frames finds, after work, a balloon and memory that is plugged', () => {
    const hotplugFrames = 128 * FRAMES_PER_MIB;
    const { vm, vmm, clock } = loneHost({ memoryFrames: 256 * FRAMES_PER_MIB, hotplugFrames });
    const balloon = new Balloon(vm, clock);
    const mem = new VirtioMem(vm, clock, {
      blockBytes: 2 ** 21,
      addr: hotplugStart(256 * FRAMES_PER_MIB) * FRAME_BYTES,
      regionBytes: hotplugFrames * FRAME_BYTES,
      policy: 'online_movable',
    });
    mem.setRequested(64 * 2 ** 20);
    touchAndExit(vm.guest, 32 * FRAMES_PER_MIB);
    balloon.setTarget(16 * FRAMES_PER_MIB);
    vmm.advance(1e9);
    const map = new GuestMapper(vm.guest).map(vm.guest.core);
    expectEqual(map, walk(vm.guest.frames()));
  });

  it('says of a clone what is its template’s, and whose the pages of containers are', () => {
    const { vm } = loneHost({ memoryFrames: 128 * FRAMES_PER_MIB }, undefined, true);
    const config = { cpu: 0, kernelFrames: 256, mappedPages: 4096 };
    const [one, two] = [new Process(vm.guest, config), new Process(vm.guest, config)];
    one.touch(0, 3000, true);
    two.touch(0, 1000, true);
    const names = new Map([
      [one.number, 'one'],
      [two.number, 'two'],
    ]);
    const mapper = new GuestMapper(vm.guest);
    const map = mapper.map(vm.guest.core, names);
    expectEqual(map, walk(vm.guest.frames()));
    const { owners } = mapper.about;
    expect(owners.toSorted()).toEqual(['one', 'two']);
    expect(map.frames[USE_OWNER + owners.indexOf('one')]).toBe(3000);
    expect(map.frames[USE_OWNER + owners.indexOf('two')]).toBe(1000);
    expect(map.cells.marks.some((marks) => (marks & MARK_MIXED) !== 0)).toBe(true);
  });

  it('shows blocks of CZones in their zones, and those in none as the pool', () => {
    const memoryFrames = 128 * FRAMES_PER_MIB;
    const region = {
      start: hotplugStart(memoryFrames),
      frames: 128 * FRAMES_PER_MIB,
      blockFrames: 4 * FRAMES_PER_MIB,
    };
    const { vm, clock } = loneHost({ memoryFrames, region });
    const { zones } = new CZoneVirtio(vm, clock);
    const czone = zones.create(1, 32 * FRAMES_PER_MIB);
    const process = new Process(vm.guest, { cpu: 0, kernelFrames: 0, mappedPages: 4096, czone });
    process.touch(0, 1500, true);
    const mapper = new GuestMapper(vm.guest);
    const map = mapper.map(vm.guest.core);
    const [first] = zones.blocksOf(czone);
    const cell = Math.floor(first! / PAGEBLOCK_FRAMES);
    expect(map.cells.zone[cell]).toBe(czone);
    expect(mapper.about.zones[czone]).toBe('CZone 0');
    expect(map.cells.use[cell]).toBe(USE_OWNER);
    process.exit();
    const after = mapper.map(vm.guest.core);
    const pooled = vm.guest.core.czones.pooledBlocks * region.blockFrames;
    expect(pooled).toBeGreaterThan(0);
    expect(after.frames[USE_POOL]).toBe(pooled);
    expect(after.cells.use[cell]).toBe(USE_POOL);
  });

  it('of pages from the middle of a block says what the block is', () => {
    const { vm } = loneHost({ memoryFrames: 256 * FRAMES_PER_MIB });
    const source = new GuestMapper(vm.guest).source(vm.guest.core);
    const start = MEMORY_BLOCK_FRAMES - PAGEBLOCK_FRAMES;
    const map = mapOf(source, 1, start, PAGEBLOCK_FRAMES);
    expect(map.cells.use.length).toBe(PAGEBLOCK_FRAMES);
    const walked = walk(vm.guest.frames()).slice(start, start + PAGEBLOCK_FRAMES);
    expectEqual(map, walked);
  });
});
