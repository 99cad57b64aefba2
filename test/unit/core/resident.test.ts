// Guests that lie down and are woken are what they would be had they never lain down.

import { afterEach, expect, it } from 'vitest';
import { GFP_HIGHUSER_MOVABLE, GFP_KERNEL } from '../../../src/abi/gfp.ts';
import { GUEST_SPAN_OFFSET, STATS_MAX } from '../../../src/abi/layout.ts';
import { NONE } from '../../../src/abi/unit.ts';
import { HandleEnded, RefusedArgument } from '../../../src/check/index.ts';
import {
  Core,
  CorePool,
  OBJECT_ANON,
  askBeforeRest,
  forgetAsker,
  limitGuests,
} from '../../../src/core/index.ts';
import { instanceOf } from '../../../src/core/core.ts';
import { Instance } from '../../../src/core/instance.ts';
import { packedWords } from '../../../src/core/packed.ts';
import { packedOf, resident } from '../../../src/core/resident.ts';
import { bootGuest, expectSound } from '../../support/core.ts';

const IMAGE = bootGuest({ frames: 0x4000, image: { start: 0x2000, count: 256 } }).snapshot();
const LARGER = bootGuest({ frames: 0x6000 - 0x400, config: { objects: 80 } }).snapshot();
/** Less than two guests. */
const ROOM = 1;

afterEach(() => limitGuests(Infinity));

function work(core: Core, turn: number): void {
  const { objects, pages } = core;
  pages.alloc(GFP_KERNEL, turn % 4, turn % 2);
  pages.decay(1);
  const object = objects.create(OBJECT_ANON, NONE, GFP_HIGHUSER_MOVABLE);
  if (object < 0) return;
  objects.touch(object, 0, 300 + 40 * (turn % 50), true, turn % 2);
  if (turn % 3 === 0) objects.truncate(object, 100, 90, 0);
  if (turn % 4 === 0) objects.fork(object, NONE, 1);
  if (turn % 3 === 1) objects.destroy(object, 0);
}

const isAtRest = (core: Core): boolean => instanceOf(core).rest !== undefined;

it('guests of two sizes in room for one do what guests do that are never at rest', () => {
  limitGuests(ROOM);
  const pool = new CorePool();
  const images = [IMAGE, LARGER, IMAGE, IMAGE, LARGER, IMAGE];
  const resting = images.map((image) => pool.clone(image));
  const twins = images.map((image) => Core.fromSnapshot(image));
  for (let turn = 0; turn < 120; turn += 1) {
    const at = (turn * turn + 3 * turn) % images.length;
    work(resting[at]!, turn);
    work(twins[at]!, turn);
  }
  expect(resting.filter(isAtRest).length).toBeGreaterThanOrEqual(4);
  resting.forEach((core, at) => {
    const twin = twins[at]!;
    expect(core.freeSpace()).toEqual(twin.freeSpace());
    expect(core.hash()).toBe(twin.hash());
    expect(core.stat(3)).toBe(twin.stat(3));
    expectSound(core);
  });
});

it('what is free in a guest at rest is known without waking it', () => {
  limitGuests(ROOM);
  const pool = new CorePool();
  const [first] = [pool.clone(IMAGE), pool.clone(IMAGE), pool.clone(IMAGE)];
  work(first!, 1);
  const free = first!.freeSpace();
  pool.clone(IMAGE);
  pool.clone(IMAGE);
  expect(isAtRest(first!)).toBe(true);
  expect(first!.freeSpace()).toEqual(free);
  expect(isAtRest(first!)).toBe(true);
});

it('counters, what the host holds and how scattered memory is are known of a guest at rest, also of one from a state', () => {
  limitGuests(ROOM);
  const pool = new CorePool();
  const [first, twin] = [pool.clone(IMAGE), Core.fromSnapshot(IMAGE)];
  for (const core of [first, twin]) work(core, 5);
  for (let other = 0; other < 3; other += 1) pool.clone(IMAGE);
  expect(isAtRest(first)).toBe(true);
  const again = new Instance(resident().restOf(packedOf(instanceOf(first))), IMAGE.config);
  for (let index = 0; index < STATS_MAX; index += 1) {
    expect(first.stat(index)).toBe(twin.stat(index));
    expect(again.stat(index)).toBe(twin.stat(index));
  }
  expect(first.privateFrames).toBe(twin.privateFrames);
  expect(again.headerWord(GUEST_SPAN_OFFSET)).toBe(twin.spanFrames);
  expect(first.compaction.score).toBe(twin.compaction.score);
  expect([isAtRest(first), again.rest === undefined]).toEqual([true, false]);
});

it('a clone where a guest of its sizes has ended is the image and nothing else', () => {
  limitGuests(ROOM);
  const pool = new CorePool();
  for (let turn = 0; turn < 6; turn += 1) {
    const core = pool.clone(turn % 2 === 0 ? IMAGE : LARGER);
    expect(core.hash()).toBe(Core.fromSnapshot(turn % 2 === 0 ? IMAGE : LARGER).hash());
    for (let more = 0; more < 9; more += 1) work(core, turn + more);
    expectSound(core);
    pool.give(core);
  }
});

it('a guest that ends while it is at rest has ended', () => {
  limitGuests(ROOM);
  const pool = new CorePool();
  const cores = Array.from({ length: 12 }, () => pool.clone(IMAGE));
  const asleep = cores.find(isAtRest)!;
  pool.give(asleep, 'VM 7', 'stopped');
  expect(() => asleep.hash()).toThrow(new HandleEnded('VM 7', 'stopped'));
  for (const core of cores) if (core !== asleep) expect(core.hash()).toBe(pool.clone(IMAGE).hash());
});

it('guests lie down no more when there is room for all, and wake as before', () => {
  limitGuests(ROOM);
  const pool = new CorePool();
  const cores = Array.from({ length: 6 }, () => pool.clone(IMAGE));
  const asleep = cores.find(isAtRest)!;
  limitGuests(Infinity);
  work(asleep, 2);
  expectSound(asleep);
  pool.give(cores.find(isAtRest)!);
});

it('a guest packed is as many words as one of its sizes has', () => {
  const instance = instanceOf(Core.fromSnapshot(IMAGE));
  const words = resident().wordsOf(IMAGE.config, instance.outer.header);
  expect(packedWords(packedOf(instance).subarray(0, -1))).toBe(words);
});

it('who asks a guest hears before it lies down, while it can be asked, and no more when it is forgotten', () => {
  limitGuests(ROOM);
  const pool = new CorePool();
  const core = pool.clone(IMAGE);
  const heard: boolean[] = [];
  const asker = { beforeRest: () => heard.push(isAtRest(core)) };
  askBeforeRest(core, asker);
  askBeforeRest(core, asker);
  const others = Array.from({ length: 3 }, () => pool.clone(IMAGE));
  expect([isAtRest(core), heard]).toEqual([true, [false]]);
  work(core, 1);
  forgetAsker(core, asker);
  for (const other of others) work(other, 1);
  expect([isAtRest(core), heard]).toEqual([true, [false]]);
});

it('all guests lie down when nobody has used any of them, however few they are', () => {
  limitGuests(ROOM);
  const pool = new CorePool();
  const cores = Array.from({ length: 3 }, () => pool.clone(IMAGE));
  for (const core of cores) work(core, 1);
  for (let turn = 0; turn < 3; turn += 1) {
    for (const core of cores) instanceOf(core).isUsed = false;
    cores.push(pool.clone(LARGER));
  }
  expect(cores.slice(0, 3).every(isAtRest)).toBe(true);
});

it('a limit that is none is refused', () => {
  expect(() => limitGuests(-1)).toThrow(RefusedArgument);
  expect(() => limitGuests(Number.NaN)).toThrow(RefusedArgument);
});
