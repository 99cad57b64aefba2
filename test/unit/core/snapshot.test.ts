// What an instance holds after a restore, whatever its guest did before: byte for byte what a new instance holds.

import { describe, expect, it } from 'vitest';
import { GFP_HIGHUSER_MOVABLE, GFP_KERNEL } from '../../../src/abi/gfp.ts';
import {
  GUEST_BASE,
  KERNEL_ZONES,
  KIND_OFFLINE,
  KIND_UNMOVABLE,
  OBJECT_ANON,
  ZONE_MOVABLE,
} from '../../../src/abi/layout.ts';
import { MIGRATE_MOVABLE } from '../../../src/abi/migratetype.ts';
import { MEMORY_BLOCK_FRAMES, NONE, PAGEBLOCK_FRAMES } from '../../../src/abi/unit.ts';
import { RefusedArgument } from '../../../src/check/index.ts';
import {
  Core,
  CoreError,
  CorePool,
  type CoreSnapshot,
  readCore,
  writeCore,
} from '../../../src/core/index.ts';
import { bytesOf, rawOf } from '../../../src/core/raw.ts';
import { randomStream } from '../../../src/time/index.ts';
import { balloonTake, bootGuest, expectSound } from '../../support/core.ts';

const FRAMES = 0x6000;
const REGION = { start: 0x8000, frames: 0x4000, block: 1024 };
const PLUG = 0x10000;
const ZONES = 3;
const OBJECTS = 16;

function guest(): Core {
  const core = bootGuest({
    frames: FRAMES,
    spanFrames: PLUG + MEMORY_BLOCK_FRAMES,
    config: { czones: ZONES, objects: OBJECTS },
    image: { start: 0x4000, count: 256 },
  });
  const raw = rawOf(core);
  expect(raw.czoneRegion(REGION.start, REGION.frames, REGION.block)).toBe(0);
  expect(raw.czonePlug(REGION.start, REGION.frames / 2)).toBe(8);
  const kept = raw.objectCreate(OBJECT_ANON, NONE, GFP_HIGHUSER_MOVABLE, 0);
  expect(raw.objectTouch(kept, 0, 3000, 1, 0)).toBe(3000);
  return core;
}

/** Everything that takes memory of each kind, and gives some of it back. */
const WORK: readonly ((core: Core, a: number) => void)[] = [
  (core, a) =>
    void rawOf(core).allocPages(a % 2 === 0 ? GFP_KERNEL : GFP_HIGHUSER_MOVABLE, a % 11, a % 2, a),
  (core, a) => {
    const pfn = rawOf(core).allocPages(GFP_KERNEL, a % 11, 0, 0);
    if (pfn >= 0) expect(rawOf(core).freePages(pfn, a % 11, 1)).toBe(0);
  },
  (core, a) =>
    void rawOf(core).objectCreate(
      OBJECT_ANON,
      a % 2 === 0 ? NONE : KERNEL_ZONES + (a % ZONES),
      GFP_HIGHUSER_MOVABLE,
      a,
    ),
  (core, a) => void rawOf(core).objectTouch(a % OBJECTS, 0, a % 2500, 1, a % 2),
  (core, a) => void rawOf(core).objectFork(a % OBJECTS, NONE, 0, 0),
  (core, a) => void rawOf(core).objectTruncate(a % OBJECTS, a % 900, 700, 0),
  (core, a) => void rawOf(core).objectDestroy(1 + (a % (OBJECTS - 1)), 0),
  (core, a) => void rawOf(core).releaseRange((a % 24) * 1024, 1 + (a % 1024)),
  (core) => rawOf(core).freezeTemplate(),
  (core, a) => void rawOf(core).czonePlug(REGION.start + (a % 16) * REGION.block, REGION.block),
  (core, a) => void rawOf(core).czoneUnplug(REGION.start + (a % 16) * REGION.block, REGION.block),
  (core, a) => void rawOf(core).czoneCreate(a, 4 * REGION.block, 1 + (a % 3)),
  (core, a) => void rawOf(core).czoneGrow(KERNEL_ZONES + (a % ZONES), 1),
  (core, a) => void rawOf(core).czoneExit(KERNEL_ZONES + (a % ZONES), 0),
  (core, a) => void balloonTake(core, a % 64, a % 2 === 0 ? 0 : 9, GFP_HIGHUSER_MOVABLE, 0),
  (core, a) => void rawOf(core).balloonRelease(rawOf(core).balloonPop(a % 32), 0),
  (core, a) => {
    const raw = rawOf(core);
    const kind = a % 2 === 0 ? KIND_OFFLINE : KIND_UNMOVABLE;
    raw.contigAlloc((a % 40) * PAGEBLOCK_FRAMES, PAGEBLOCK_FRAMES, kind, MIGRATE_MOVABLE, 1, 0);
  },
  (core) => void rawOf(core).memoryOnline(PLUG, MEMORY_BLOCK_FRAMES, ZONE_MOVABLE, NONE),
  (core) => void rawOf(core).memoryOffline(PLUG, MEMORY_BLOCK_FRAMES, 0),
  (core, a) => void rawOf(core).compactZone(a % KERNEL_ZONES, 0),
  (core) => rawOf(core).drainAll(),
];

function work(core: Core, seed: number, steps: number): void {
  const random = randomStream(seed, 'work');
  for (let step = 0; step < steps; step += 1) {
    const number = random.nextBelow(2 ** 20);
    WORK[number % WORK.length]?.(core, random.nextBelow(2 ** 20));
    core.moves.take(() => {});
  }
}

/** First byte of the snapshot's guest that the two hold differently; -1: none. */
function firstDifference(core: Core, snapshot: CoreSnapshot): number {
  const fresh = bytesOf(Core.fromSnapshot(snapshot)).subarray(GUEST_BASE, snapshot.end);
  const found = bytesOf(core).subarray(GUEST_BASE, snapshot.end);
  return found.findIndex((byte, at) => byte !== fresh[at]);
}

describe('an instance that becomes a copy', () => {
  it.each([1, 2, 3, 4, 5, 6])('holds what a new one holds (workload %d)', (seed) => {
    const template = guest();
    const image = template.snapshot();
    expect(Core.fromSnapshot(image).hash()).toBe(template.hash());
    const pool = new CorePool();
    let core = pool.clone(image);
    const raw = rawOf(core);
    work(core, seed, 150);
    expectSound(core);
    const later = core.snapshot();
    expect(Core.fromSnapshot(later).hash()).toBe(core.hash());
    work(core, seed + 100, 100);
    for (const next of [image, later, image]) {
      pool.give(core);
      core = pool.clone(next);
      expect(rawOf(core)).toBe(raw);
      expect(firstDifference(core, next)).toBe(-1);
      expectSound(core);
      work(core, seed + 200, 60);
    }
  });

  it('holds it too if it was never a copy before', () => {
    const core = guest();
    const image = core.snapshot();
    work(core, 9, 150);
    core.restore(image);
    expect(firstDifference(core, image)).toBe(-1);
    core.reset();
    core.restore(image);
    expect(firstDifference(core, image)).toBe(-1);
  });

  it('holds it too if its bytes were read from outside', () => {
    const made = guest();
    const image = made.snapshot();
    work(made, 7, 150);
    const core = readCore(writeCore(made), 'verify');
    core.restore(image);
    expect(firstDifference(core, image)).toBe(-1);
  });
});

it('a snapshot holds a small part of what it stands for', () => {
  const { words, end } = guest().snapshot();
  expect(words.byteLength).toBeLessThan((end - GUEST_BASE) / 3);
});

describe('a snapshot that was damaged', () => {
  const core = guest();
  const whole = core.snapshot();
  const { runs, words, config, inUse } = whole;
  const damages: Readonly<Record<string, unknown>> = {
    'no words': { ...whole, words: undefined },
    'an array for words': { ...whole, words: [...words.subarray(0, 512)] },
    'no runs': { ...whole, runs: undefined },
    'no words in the words': { ...whole, words: new Uint32Array(0) },
    'words cut at their end': { ...whole, words: words.slice(0, -16) },
    'words that go on': { ...whole, words: new Uint32Array([...words, 0]) },
    'runs cut': { ...whole, runs: runs.slice(0, -2) },
    'half a run': { ...whole, runs: runs.slice(0, -1) },
    'runs past the end': { ...whole, runs: runs.with(runs.length - 2, whole.end) },
    'runs in disorder': { ...whole, runs: runs.toReversed() },
    'another end': { ...whole, end: whole.end + 2048 },
    'pageblocks cut': { ...whole, inUse: inUse.slice(1) },
    'no pageblocks': { ...whole, inUse: undefined },
    'more frames': { ...whole, config: { ...config, frames: 4 * config.frames } },
    'other CPUs': { ...whole, config: { ...config, cpus: 1 } },
    'other zones': { ...whole, config: { ...config, czones: 5 } },
    'other objects': { ...whole, config: { ...config, objects: 9 } },
    'other nodes': { ...whole, config: { ...config, nodes: 9 } },
    'another buffer': { ...whole, config: { ...config, bufferSlots: 9 } },
  };

  it.each(Object.entries(damages))('is refused: %s', (_, damaged) => {
    expect(() => Core.fromSnapshot(damaged as CoreSnapshot)).toThrow(CoreError);
    expect(() => core.restore(damaged as CoreSnapshot)).toThrow(CoreError);
  });

  it.each([undefined, null, 5, {}, { ...whole, config: undefined }])('is refused: %o', (found) => {
    expect(() => Core.fromSnapshot(found as CoreSnapshot)).toThrow(RefusedArgument);
  });
});
