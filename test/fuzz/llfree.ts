// Random requests on LLFree's module and on the slow model of the same rules: every answer, tree and slot must agree.

import fc from 'fast-check';
import { expect } from 'vitest';
import { LlfreeCore, type LlfreeConfig, llfreeFault } from '../../src/core/index.ts';
import type { LlfreeModel } from '../model/llfree.ts';
import { KindsModel } from '../model/llfree-kinds.ts';
import { TodayModel } from '../model/llfree-today.ts';
import { type Fuzzer, Tally } from './fuzzer.ts';

const HUGE = 512;
const STEPS = 60;

interface Held {
  readonly frame: number;
  readonly order: number;
}

interface World {
  readonly core: LlfreeCore;
  readonly model: LlfreeModel;
  readonly orders: number;
  readonly classes: number;
  readonly cpus: number;
  readonly held: Held[];
  readonly tally: Tally;
}

type Step = (world: World, a: number, b: number, c: number) => void;

/** What sequences must have come to between them, or they prove little. */
const REACHED = [
  'no memory',
  'another class',
  'evicted',
  'hard',
  'given back',
  'given frame',
  'given frame in use',
  'freed twice',
  'split',
  'drained while full',
] as const;

function orderOf(world: World, a: number): number {
  // half of them small, the others of any order
  return a % 2 === 0 ? (a >> 1) % 4 : (a >> 1) % world.orders;
}

/** By a slot, or one of five times by none where that is allowed. */
function slotOf({ core, cpus }: World, b: number): number | undefined {
  return core.isToday && b % 5 === 0 ? undefined : b % cpus;
}

function getBoth(world: World, order: number, cls: number, b: number, frame?: number): number {
  const { core, model, held, tally } = world;
  const slot = slotOf(world, b);
  const got = core.get(order, cls, slot, frame);
  expect(got, `order ${order} of ${cls} by ${slot} at ${frame}`).toBe(
    model.get(order, cls, slot, frame),
  );
  if (got < 0) return got;
  expect(core.lastClass).toBe(model.lastClass);
  expect(core.wasEvicted).toBe(model.wasEvicted);
  if (core.isToday && core.lastClass !== cls) tally.add('another class');
  held.push({ frame: got, order });
  return got;
}

function putBoth({ core, model }: World, { frame, order }: Held, cls: number, slot?: number) {
  const got = core.put(frame, order, cls, slot);
  expect(got, `put ${frame} of order ${order}`).toBe(model.put(frame, order, cls, slot));
  return got;
}

const steps: Readonly<Record<string, Step>> = {
  get: (world, a, b, c) => {
    const order = orderOf(world, a);
    const times = 1 + (((c >> 4) % 120) >> order);
    for (let at = 0; at < times; at += 1) {
      if (getBoth(world, order, c % world.classes, b) >= 0) continue;
      world.tally.add('no memory');
      return;
    }
  },
  put: (world, a, b, c) => {
    const { held, classes } = world;
    for (let at = 0; at < 1 + (c % 80) && held.length > 0; at += 1) {
      const [block] = held.splice((a + at * (b % 5)) % held.length, 1);
      if (block !== undefined) putBoth(world, block, b % classes, slotOf(world, a + b));
    }
  },
  /** A block goes back as two halves; one that was allocated as huge is split by that. */
  putHalf: (world, a, b) => {
    const { held, tally } = world;
    const blocks = held.filter(({ order }) => order > 0);
    const block = blocks[a % Math.max(1, blocks.length)];
    if (block === undefined) return;
    held.splice(held.indexOf(block), 1);
    const half = block.order - 1;
    if (block.order === 9) tally.add('split');
    for (const frame of [block.frame, block.frame + 2 ** half]) {
      putBoth(world, { frame, order: half }, 0, slotOf(world, b));
    }
  },
  putTwice: (world, a, b, c) => {
    const { held, tally } = world;
    const [block] = held.splice(a % Math.max(1, held.length), 1);
    if (block === undefined || block.order >= 9) return;
    putBoth(world, block, c % world.classes, slotOf(world, b));
    if (putBoth(world, block, 0, slotOf(world, b)) < 0) tally.add('freed twice');
  },
  getAt: (world, a, b, c) => {
    const order = orderOf(world, a);
    const blocks = Math.floor(world.core.tables.frames / 2 ** order);
    if (blocks === 0) return;
    const frame = (((c * 7919 + b) >>> 0) % blocks) * 2 ** order;
    const got = getBoth(world, order, c % world.classes, b, frame);
    world.tally.add(got < 0 ? 'given frame in use' : 'given frame');
  },
  drain: ({ core, model, cpus, tally }, a) => {
    if ([...core.tables.slots()].some(({ free }) => free > HUGE)) tally.add('drained while full');
    core.drain(a % cpus);
    model.drain((a % cpus) % (model.slots[0]?.length ?? 1));
  },
  reclaim: ({ core, model, tally }, a, b) => {
    if (!(model instanceof KindsModel)) return;
    for (let at = 0; at < 1 + (b % 6); at += 1) {
      const got = core.reclaim(a % 3 === 0);
      expect(got).toBe(model.reclaim(a % 3 === 0));
      if (got < 0) return;
      expect(core.wasEvicted).toBe(model.wasEvicted);
      tally.add(a % 3 === 0 ? 'hard' : 'evicted');
    }
  },
  /** Returns or installs huge frames, most of which it may not: some are the guest's. */
  back: ({ core, model, tally }, a, b) => {
    if (!(model instanceof KindsModel)) return;
    for (let huge = a % 3; huge * HUGE < core.tables.frames; huge += 1 + (b % 4)) {
      const frame = huge * HUGE;
      const got = a % 2 === 0 ? core.giveBack(frame) : core.install(frame);
      expect(got).toBe(a % 2 === 0 ? model.giveBack(frame) : model.install(frame));
      if (got === 0) tally.add('given back');
    }
  },
};

const names = [...Object.keys(steps), 'get', 'get', 'get', 'get', 'put', 'put', 'put'];
const number = fc.noBias(fc.nat(1 << 20));
const command = fc.tuple(fc.noBias(fc.nat(names.length - 1)), number, number, number);
const commands = fc.array(command, { minLength: STEPS, maxLength: STEPS });

const configs: fc.Arbitrary<LlfreeConfig> = fc
  .record({
    rules: fc.constantFrom('simple', 'movable', 'kinds', 'kinds-installed'),
    trees: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 6, max: 24 })),
    shift: fc.integer({ min: 0, max: 3 }),
    cpus: fc.integer({ min: 1, max: 4 }),
    short: fc.oneof(fc.constant(0), fc.nat(1500)),
    isAllocated: fc.boolean(),
  })
  .map(({ rules, trees, shift, cpus, short, isAllocated }) => {
    const treeHuge = 2 ** shift;
    const frames = Math.max(1, Math.min(trees, 32 >> shift) * treeHuge * HUGE - short);
    return { rules, frames, cpus, treeHuge, isAllocated } as LlfreeConfig;
  });

function compare({ core, model }: World, where: string): void {
  const { tables } = core;
  const trees = model.trees.map((_, at) => tables.tree(at));
  expect(trees, where).toEqual(model.trees);
  const slots = model.slots.flatMap((list, cls) =>
    list.flatMap((slot, index) => (slot === undefined ? [] : [{ class: cls, index, ...slot }])),
  );
  expect([...tables.slots()], where).toEqual(slots);
}

function compareEntries({ core, model }: World): void {
  expect(llfreeFault(core)).toBeUndefined();
  model.isHuge.forEach((isHuge, huge) => {
    const isEvicted = model.isEvicted[huge] === true;
    expect(core.tables.entry(huge)).toEqual({ free: model.freeIn(huge), isHuge, isEvicted });
  });
}

/** All memory of a zone that begins allocated, as blocks that can be given back. */
function bootBlocks({ frames, isAllocated }: LlfreeConfig): Held[] {
  if (isAllocated !== true) return [];
  const whole = Math.floor(frames / HUGE);
  const huge = Array.from({ length: whole }, (_, at) => ({ frame: at * HUGE, order: 9 }));
  const rest = Array.from({ length: frames % HUGE }, (_, at) => ({
    frame: whole * HUGE + at,
    order: 0,
  }));
  return [...huge, ...rest];
}

function runBoth(
  config: LlfreeConfig,
  list: readonly [number, number, number, number][],
  tally: Tally,
): void {
  const core = LlfreeCore.create(config);
  const model = core.isToday ? new TodayModel(config) : new KindsModel(config);
  const most = Math.log2((config.treeHuge ?? 1) * HUGE);
  const world: World = {
    core,
    model,
    orders: 1 + (core.isToday ? most : Math.min(most, 10)),
    classes: core.isToday ? model.slots.length : 2,
    cpus: config.cpus ?? 1,
    held: bootBlocks(config),
    tally,
  };
  compare(world, 'at first');
  list.forEach(([which, a, b, c], at) => {
    const name = names[which] as string;
    (steps[name] as Step)(world, a, b, c);
    compare(world, `after step ${at} (${name})`);
  });
  compareEntries(world);
}

export const llfree: Fuzzer = {
  name: 'llfree',
  sentence: 'LLFree and its model agree after every request, by all rules, tree by tree.',
  cases: 60,
  night: 3_000,
  create: () => {
    const tally = new Tally(REACHED);
    const property = fc.property(configs, commands, (config, list) => runBoth(config, list, tally));
    return { property, missing: tally.missing };
  },
};
