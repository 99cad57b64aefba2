// Any interleaving of what can happen to CZones, on the core and on the slow model, compared and walked after each step.

import fc from 'fast-check';
import type { LimitPolicy } from '../model/czone.ts';
import { CzoneWorld, type WorldSize } from '../support/czone-world.ts';
import { type Fuzzer, Tally } from './fuzzer.ts';

type Step = (world: CzoneWorld, a: number, b: number) => void;

const POLICIES: readonly LimitPolicy[] = ['oom', 'grow', 'borrow'];

function pick<T>(items: readonly T[], at: number): T | undefined {
  return items[at % Math.max(items.length, 1)];
}

const steps: Record<string, Step> = {
  create: (world, a, b) => {
    const limit = (1 + (a % 5)) * world.model.block;
    world.create(limit, pick(POLICIES, b) as LimitPolicy, b % 4);
  },
  grow: (world, a, b) => {
    const zone = pick(world.zones, a);
    if (zone !== undefined) world.grow(zone, 1 + (b % 3));
  },
  shrink: (world, a, b) => {
    const zone = pick(world.zones, a);
    if (zone !== undefined) world.shrink(zone, 1 + (b % 3));
  },
  spawn: (world, a, b) => world.spawn(b % 5 === 0 ? undefined : pick(world.zones, a)),
  fork: (world, a, b) => {
    const parent = pick(world.objects, a);
    if (parent === undefined) return;
    const inherit = b % 3 === 0 ? parent.zone : pick([undefined, ...world.zones], b >> 2);
    world.fork(parent, inherit);
  },
  touch: (world, a, b) => {
    const object = pick(world.objects, a);
    if (object !== undefined) world.touch(object, b % 600, 1 + (a % 900), b % 4 !== 0);
  },
  truncate: (world, a, b) => {
    const object = pick(world.objects, a);
    if (object !== undefined) world.truncate(object, b % 600, 1 + (a % 400));
  },
  destroy: (world, a) => {
    const object = pick(world.objects, a);
    if (object !== undefined) world.destroy(object);
  },
  exit: (world, a) => {
    const zone = pick(world.zones, a);
    if (zone !== undefined) world.exit(zone);
  },
  compact: (world, a, b) => {
    const zone = pick(world.zones, a);
    if (zone !== undefined) world.compact(zone, b % 2 === 0 ? 1e6 : 1 + (b % 300));
  },
  reclaim: (world, a, b) => {
    const zone = pick(world.zones, a);
    if (zone !== undefined)
      world.reclaim(zone, 1 + (a % 20), 1 + (b % 3000), pick([0, 0, 3, 6], b) ?? 0);
  },
  acknowledge: (world, a) => {
    const range = pick(world.out, a);
    if (range !== undefined) world.putBack(range, false);
  },
  cancel: (world, a) => {
    const range = pick(world.out, a);
    if (range !== undefined) world.putBack(range, true);
  },
  collect: (world, a) => world.collect(1 + (a % 6)),
};

const names = Object.keys(steps);
const often = ['touch', 'touch', 'touch', 'truncate', 'reclaim', 'reclaim', 'fork', 'fork', 'exit'];
const weights: readonly string[] = [...names, ...often, 'create', 'spawn'];
const command = fc.tuple(fc.nat(weights.length - 1), fc.nat(1 << 20), fc.nat(1 << 20));

const SIZES: readonly WorldSize[] = [
  { blockFrames: 512, blocks: 16 },
  { blockFrames: 1024, blocks: 9 },
  { blockFrames: 4096, blocks: 5 },
];

/** Two containers, the second a fork of the first that has written some of its pages. */
function populate(world: CzoneWorld): void {
  world.create(4 * world.model.block, 'grow', 1);
  world.create(4 * world.model.block, 'borrow', 1);
  const [first, second] = world.zones;
  world.spawn(first);
  const [parent] = world.objects;
  if (parent === undefined) throw new Error('no object');
  world.touch(parent, 0, 700, true);
  world.fork(parent, second);
  world.touch(world.objects[1] as typeof parent, 0, 100, true);
  world.truncate(parent, 300, 50);
  world.check();
}

const commands = fc.array(command, { minLength: 30, maxLength: 80 });

function runBeside(size: WorldSize, list: readonly [number, number, number][], tally: Tally): void {
  const world = new CzoneWorld(size);
  populate(world);
  const log: string[] = [];
  for (const [which, a, b] of list) {
    const name = weights[which] as string;
    log.push(`${name}(${a}, ${b})`);
    tally.add(name);
    try {
      (steps[name] as Step)(world, a, b);
      world.check();
    } catch (error) {
      throw new Error(`after ${log.join(' ')}`, { cause: error });
    }
  }
}

export const czone: Fuzzer = {
  name: 'czone',
  sentence: 'CZones of the core and of the slow model agree after every step.',
  cases: 30,
  night: 2_000,
  create: () => {
    const tally = new Tally(names);
    const property = fc.property(fc.constantFrom(...SIZES), commands, (size, list) =>
      runBeside(size, list, tally),
    );
    return { property, missing: tally.missing };
  },
};
