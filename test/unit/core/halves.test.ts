// A guest that is woken but for its inner half does what one does that is awake, and nobody misses or hurts that half.

import { afterEach, expect, it } from 'vitest';
import { GFP_HIGHUSER_MOVABLE, GFP_KERNEL } from '../../../src/abi/gfp.ts';
import {
  GUEST_CZONE_START_OFFSET,
  GUEST_NODES_HIGH_OFFSET,
  GUEST_RECORDS_OFFSET,
  RECORD_BYTES,
} from '../../../src/abi/layout.ts';
import { NONE } from '../../../src/abi/unit.ts';
import {
  Core,
  CorePool,
  OBJECT_ANON,
  OBJECT_FILE,
  OBJECT_KERNEL,
  limitGuests,
} from '../../../src/core/index.ts';
import { instanceOf } from '../../../src/core/core.ts';
import { HalfAwake } from '../../../src/core/halves.ts';
import { packedWords } from '../../../src/core/packed.ts';
import { packedOf, resident } from '../../../src/core/resident.ts';
import { bootGuest, expectSound } from '../../support/core.ts';

const REGION = { start: 0x2200, frames: 0x3c00, blockFrames: 512 };
/** Of which frames the records may be packed: whole blocks of the largest order. */
const INNER = { first: 0x2400, last: 0x5c00 };
const CALL = { filePages: 8, writePages: 20, readPages: 30, temporaryPages: 0 };
const POISON = 0x5a5a_5a5a;

afterEach(() => limitGuests(Infinity));

interface Grown {
  readonly core: Core;
  readonly file: number;
  readonly kernel: number;
  readonly zones: readonly number[];
  readonly heaps: readonly number[];
}

function grow(core: Core): Grown {
  const { czones, objects } = core;
  const make = (kind: number, zone: number, pages: number): number => {
    const gfp = kind === OBJECT_KERNEL ? GFP_KERNEL : GFP_HIGHUSER_MOVABLE;
    const id = objects.create(kind, zone, gfp);
    objects.touch(id, 0, pages, true, 0);
    return id;
  };
  czones.region(REGION.start, REGION.frames, REGION.blockFrames);
  czones.plug(REGION.start, 24 * REGION.blockFrames);
  const kernel = make(OBJECT_KERNEL, NONE, 700);
  const file = make(OBJECT_FILE, NONE, 40);
  const zones = [4, 6, 5, 3].map((blocks, owner) => czones.create(owner, 0x2000, blocks));
  const heaps = zones.map((zone, at) => make(OBJECT_ANON, zone, 900 + 150 * at));
  objects.fork(heaps[3]!, zones[2]!, 1, 0);
  objects.truncate(heaps[1]!, 300, 200, 0);
  return { core, file, kernel, zones, heaps };
}

const GROWN = grow(
  bootGuest({
    frames: 0x2000,
    spanFrames: 0x6000,
    image: { start: 0x1000, count: 256 },
    config: { czones: 6 },
  }),
);
const IMAGE = GROWN.core.snapshot();

const isHalfAwake = (core: Core): boolean => instanceOf(core).raw instanceof HalfAwake;

function innerOf(core: Core): Uint32Array {
  const { header, words } = instanceOf(core).outer;
  const records = header[GUEST_RECORDS_OFFSET >> 2]!;
  const at = (frame: number): number => (records + frame * RECORD_BYTES) >> 2;
  return words.subarray(at(INNER.first), at(INNER.last));
}

/** A guest that lay down, beside one that never did. */
function lain(): readonly [Core, Core] {
  limitGuests(1);
  const pool = new CorePool();
  const core = pool.clone(IMAGE);
  instanceOf(core).isUsed = false;
  pool.clone(IMAGE);
  pool.clone(IMAGE);
  expect(instanceOf(core).rest).toBeDefined();
  return [core, Core.fromSnapshot(IMAGE)];
}

const OUTER: Readonly<Record<string, (core: Core) => unknown>> = {
  'the end of kernel memory': ({ objects }) => objects.destroy(GROWN.kernel, 1),
  'the end of a zone that nobody shares with': ({ czones }) => czones.exit(GROWN.zones[0]!, 0),
  'turns of workers': ({ pages }) => [pages.decay(1), pages.decay(40)],
  'host memory that comes, goes and is counted': ({ backing }) => [
    backing.touch(REGION.start, 700, true),
    backing.count(0, 0x6000),
    backing.release(REGION.start + 512, 2048),
    backing.release(0x1800, 100),
    backing.isBacked(0x3001),
  ],
  'blocks that come and go': ({ czones }) => [
    czones.plug(REGION.start + 24 * 512, 1024),
    czones.unplug(REGION.start + 25 * 512, 512),
    GROWN.zones.map((zone) => czones.blocksOf(zone)),
    czones.refer(GROWN.zones[1]!, 1),
    [czones.pluggedBlocks, czones.pooled()],
  ],
  'calls without memory of their own': ({ objects }) => {
    const [heap] = GROWN.heaps;
    const { file } = GROWN;
    return [
      objects.beginCall(file, heap!, 900, CALL, 0),
      objects.callRecurs(file, heap!, CALL, 0),
      objects.repeatCalls(3, file, heap!, 900, CALL, 0),
    ];
  },
  'what is free and where': (core) => [
    core.freeSpace(),
    core.compaction.score,
    core.zone(GROWN.zones[2]!).free,
    [0, 0x2100, 0x2400, 0x3000, 0x5bff].map((pfn) => core.frames.kind(pfn)),
    GROWN.heaps.map((heap) => core.objects.pages(heap)),
  ],
};

it.each(Object.entries(OUTER))('%s: the inner half stays packed, and is as it was', (_, work) => {
  const [core, twin] = lain();
  const inner = innerOf(core);
  expect(isHalfAwake(core)).toBe(true);
  inner.fill(POISON);
  expect(work(core)).toEqual(work(twin));
  expect([isHalfAwake(core), inner.every((word) => word === POISON)]).toEqual([true, true]);
  expect(core.hash()).toBe(twin.hash());
  expect(isHalfAwake(core)).toBe(false);
  expectSound(core);
});

it('all of them one after the other, and a rest between any two, are the same', () => {
  const [core, twin] = lain();
  const instance = instanceOf(core);
  for (const work of Object.values(OUTER)) {
    expect(work(core)).toEqual(work(twin));
    const packed = packedOf(instance);
    instance.lieDown(resident().restOf(packed));
  }
  expect(core.hash()).toBe(twin.hash());
  expectSound(core);
});

const WHOLE: Readonly<Record<string, (core: Core) => unknown>> = {
  'the end of a zone whose frames another maps': ({ czones }) => czones.exit(GROWN.zones[3]!, 0),
  'the end of a zone that maps another’s frames': ({ czones }) => czones.exit(GROWN.zones[2]!, 0),
  'a touch': ({ objects }) => objects.touch(GROWN.heaps[0]!, 800, 400, true, 0),
  'the end of a heap': ({ objects }) => objects.destroy(GROWN.heaps[1]!, 0),
  'a zone that grows': ({ czones }) => czones.grow(GROWN.zones[0]!, 2),
};

it.each(Object.entries(WHOLE))('%s: all of the guest is awake for it', (_, work) => {
  const [core, twin] = lain();
  innerOf(core).fill(POISON);
  expect(work(core)).toEqual(work(twin));
  expect(isHalfAwake(core)).toBe(false);
  expect(core.hash()).toBe(twin.hash());
  expectSound(core);
});

it('a guest whose region has memory of a kernel zone is woken whole', () => {
  const made = bootGuest({
    frames: 0x4000,
    image: { start: 0x1000, count: 256 },
    config: { czones: 1 },
  });
  made.czones.region(0x2000, 0x1000, 512);
  limitGuests(1);
  const pool = new CorePool();
  const [core] = [made.snapshot(), made.snapshot(), made.snapshot()].map((image) =>
    pool.clone(image),
  );
  const twin = Core.fromSnapshot(made.snapshot());
  expect(instanceOf(core!).rest).toBeDefined();
  for (const one of [core!, twin]) {
    const heap = one.objects.create(OBJECT_ANON, NONE, GFP_HIGHUSER_MOVABLE);
    one.objects.touch(heap, 0, 3000, true, 0);
  }
  pool.clone(made.snapshot());
  pool.clone(made.snapshot());
  expect([core!, twin].map((one) => [one.pages.decay(3), isHalfAwake(one)])).toEqual([
    [expect.any(Boolean), false],
    [expect.any(Boolean), false],
  ]);
  expect(core!.hash()).toBe(twin.hash());
});

it('a clone where a guest ended that was not all awake is the image and nothing else', () => {
  limitGuests(1);
  const pool = new CorePool();
  const [first] = [pool.clone(IMAGE), pool.clone(IMAGE), pool.clone(IMAGE)];
  void first!.freeSpace();
  first!.pages.decay(1);
  expect(isHalfAwake(first!)).toBe(true);
  pool.give(first!);
  expect([pool.clone(IMAGE), pool.clone(IMAGE)].map((core) => core.hash())).toEqual([
    GROWN.core.hash(),
    GROWN.core.hash(),
  ]);
});

it('a guest packed is as many words as its header says, and another header than its sizes have says none', () => {
  const { outer } = instanceOf(GROWN.core);
  const words = (change: (header: Uint32Array) => void): number => {
    const header = outer.header.slice();
    change(header);
    return resident().wordsOf(IMAGE.config, header);
  };
  const packed = packedOf(instanceOf(GROWN.core)).subarray(0, -1);
  expect(words(() => {})).toBe(packedWords(packed));
  expect(words((header) => (header[GUEST_RECORDS_OFFSET >> 2]! += 8))).toBe(-1);
  expect(words((header) => (header[GUEST_NODES_HIGH_OFFSET >> 2] = 0x1000_0000))).toBe(-1);
  expect(words((header) => (header[GUEST_CZONE_START_OFFSET >> 2] = 0xffff_ffff))).toBe(-1);
});
