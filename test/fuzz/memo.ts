// What a touch skips because the object's memo claims it, a touch that looks at every page would not have changed.

import fc from 'fast-check';
import { CZONE_LIMIT_GROW } from '../../src/abi/czone.ts';
import { GFP_HIGHUSER_MOVABLE, GFP_KERNEL } from '../../src/abi/gfp.ts';
import {
  KERNEL_ZONES,
  KIND_UNMOVABLE,
  OBJECT_ANON,
  OBJECT_FILE,
  OBJECT_KERNEL,
} from '../../src/abi/layout.ts';
import { MIGRATE_MOVABLE } from '../../src/abi/migratetype.ts';
import {
  STAT_COW_PAGES,
  STAT_CZONE_DYING,
  STAT_MIGRATED_PAGES,
  STAT_RELEASED_PAGES,
  STAT_TEMPLATE_COPIES,
  STAT_TEMPLATE_MAPS,
} from '../../src/abi/stat.ts';
import { STATUS_NOT_RESIDENT } from '../../src/abi/status.ts';
import { NONE, THP_ORDER } from '../../src/abi/unit.ts';
import { type Core, type CoreSnapshot, faultText, verify } from '../../src/core/index.ts';
import { rawOf } from '../../src/core/raw.ts';
import { bootGuest } from '../support/core.ts';
import { type Fuzzer, Tally } from './fuzzer.ts';

/** Of the host's pages. */
type Order = 0 | typeof THP_ORDER;

const FRAMES = 0x3000;
const CZONES = { start: 0x4000, count: 0x2000, block: 1024 };
const OBJECTS = 12;
const ZONES = 4;

/** A guest and the copy of it that its host keeps. */
interface World {
  readonly core: Core;
  copy: CoreSnapshot | undefined;
}

type Step = (world: World, a: number, b: number) => number | void;

const zoneOf = (a: number): number => KERNEL_ZONES + (a % ZONES);
/** Two objects of three live in CZones. */
const homeOf = (a: number, b: number): number => (a % 3 === 0 ? NONE : zoneOf(b));

const steps: Record<string, Step> = {
  create: ({ core }, a, b) => {
    const kind = [OBJECT_ANON, OBJECT_ANON, OBJECT_FILE, OBJECT_KERNEL][a % 4] as number;
    const gfp = kind === OBJECT_KERNEL ? GFP_KERNEL : GFP_HIGHUSER_MOVABLE;
    const zone = kind === OBJECT_KERNEL ? NONE : homeOf(b, a);
    return rawOf(core).objectCreate(kind, zone, gfp, 0);
  },
  touch: ({ core }, a, b) => {
    const [starts, pages] = (b >> 1) % 2 === 0 ? [60, 900] : [700, 100];
    const start = (b >> 2) % starts;
    return rawOf(core).objectTouch(a % OBJECTS, start, (a >> 4) % pages, b % 2, a % 2);
  },
  call: ({ core }, a, b) => {
    const { objects } = core;
    const [file, heap] = [a % OBJECTS, (a >> 4) % OBJECTS];
    const [filePages, writePages, readPages] = [b % 90, (b >> 3) % 90, (b >> 6) % 90];
    const call = { filePages, writePages, readPages, temporaryPages: a % 60 };
    const came = objects.beginCall(file, heap, 700, call, b % 2);
    if (came !== STATUS_NOT_RESIDENT) return came;
    objects.touch(file, 0, filePages, false, b % 2);
    objects.touch(heap, 0, writePages, true, b % 2);
    objects.touch(heap, writePages, readPages, false, b % 2);
    return objects.touch(heap, 700, call.temporaryPages, true, b % 2);
  },
  truncate: ({ core }, a, b) =>
    rawOf(core).objectTruncate(a % OBJECTS, b % 400, 1 + (b % 300), b % 2),
  fork: ({ core }, a, b) => rawOf(core).objectFork(a % OBJECTS, homeOf(b, a), 0, 0),
  destroy: ({ core }, a) => rawOf(core).objectDestroy(a % OBJECTS, a % 2),
  release: ({ core }, a, b) => {
    const first = (a % 24) * 1024;
    return rawOf(core).releaseRange(first, 1 + (b % 1024));
  },
  releasePage: ({ core }, a, b) => {
    const pfn = rawOf(core).objectFrame(a % OBJECTS, b % 600);
    return pfn < 0 ? pfn : rawOf(core).releaseRange(pfn, 1);
  },
  /** Templates are of small pages: one huge page behind frames of both kinds is not counted. */
  freeze: ({ core }) => {
    if (core.backingOrder === 0) rawOf(core).freezeTemplate();
  },
  keep: (world) => void (world.copy = world.core.snapshot()),
  restore: (world) => {
    if (world.copy !== undefined) world.core.restore(world.copy);
  },
  compact: ({ core }, a, b) => rawOf(core).compactZone(b % KERNEL_ZONES, a % 2),
  contig: ({ core }, a, b) => {
    const raw = rawOf(core);
    const start = a % FRAMES;
    const frames = Math.min(1 + (b % 500), FRAMES - start);
    const got = raw.contigAlloc(start, frames, KIND_UNMOVABLE, MIGRATE_MOVABLE, 1, 0);
    return got === 0 ? raw.contigFree(start, frames, 0) : got;
  },
  grow: ({ core }, a, b) => rawOf(core).czoneGrow(zoneOf(a), 1 + (b % 2)),
  shrink: ({ core }, a, b) => rawOf(core).czoneShrink(zoneOf(a), 1 + (b % 2)),
  zoneCompact: ({ core }, a) => rawOf(core).czoneCompact(zoneOf(a), 1e6, 0),
  zone: ({ core }, a) => rawOf(core).czoneCreate(a, 4 * CZONES.block, 1),
  exit: ({ core }, a) => rawOf(core).czoneExit(zoneOf(a), 0),
};

/** Sequences that never come to these would prove little. */
const REACHED = [
  ['copied pages', STAT_COW_PAGES],
  ['dying zones', STAT_CZONE_DYING],
  ['migrated pages', STAT_MIGRATED_PAGES],
  ['released pages', STAT_RELEASED_PAGES],
  ['copies of the template', STAT_TEMPLATE_COPIES],
  ['maps of the template', STAT_TEMPLATE_MAPS],
] as const;

const often = [
  'create',
  'create',
  'zone',
  'fork',
  'fork',
  'fork',
  'exit',
  ...Array.from({ length: 14 }, () => 'touch'),
];
const names: readonly string[] = [...Object.keys(steps), ...often];
const number = fc.noBias(fc.nat(1 << 20));
const orders = fc.constantFrom<Order>(0, 0, 0, THP_ORDER);
const command = fc.tuple(fc.noBias(fc.nat(names.length - 1)), number, number);
type Command = [name: number, a: number, b: number];
const commands = fc.array(command, { minLength: 60, maxLength: 150, size: 'max' });

/** Four CZones: two objects, and forks of them that share some pages across zones. */
function populated(order: Order): World {
  const core = bootGuest({
    frames: FRAMES,
    spanFrames: CZONES.start + CZONES.count,
    config: { czones: ZONES, objects: OBJECTS },
    image: { start: 0x2000, count: 256 },
  });
  core.setBackingOrder(order);
  const raw = rawOf(core);
  raw.czoneRegion(CZONES.start, CZONES.count, CZONES.block);
  raw.czonePlug(CZONES.start, CZONES.count);
  for (let zone = 0; zone < ZONES; zone += 1) raw.czoneCreate(zone, 4 * CZONES.block, 1);
  raw.czoneSetLimits(KERNEL_ZONES, CZONE_LIMIT_GROW, 1);
  for (let zone = 0; zone < 2; zone += 1) {
    const parent = raw.objectCreate(OBJECT_ANON, zoneOf(zone), GFP_HIGHUSER_MOVABLE, 0);
    raw.objectTouch(parent, 0, 300, 1, 0);
    raw.objectFork(parent, zoneOf(zone + 2), 0, 0);
    raw.objectTouch(parent, 0, 100, 1, 0);
  }
  return { core, copy: undefined };
}

/** Carries the steps out on two guests; the memos of the second claim nothing when a step begins. */
function runBeside(order: Order, list: readonly Command[], tally: Tally): void {
  const world = populated(order);
  const looking = populated(order);
  verify(looking.core);
  list.forEach(([which, a, b], at) => {
    const name = names[which] as string;
    const step = steps[name] as Step;
    const answer = step(world, a, b);
    rawOf(looking.core).attach();
    const expected = step(looking, a, b);
    const where = `after step ${at} (${name})`;
    if (answer !== expected) throw new Error(`${where}: answered ${answer}, not ${expected}`);
    const fault = verify(world.core);
    if (fault !== undefined) throw new Error(`${where}: ${faultText(fault)}`);
    if (world.core.hash() !== looking.core.hash()) throw new Error(`${where}: states differ`);
    world.core.moves.take(() => {});
    looking.core.moves.take(() => {});
  });
  for (const [name, stat] of REACHED) tally.add(name, world.core.stat(stat));
}

export const memo: Fuzzer = {
  name: 'memo',
  sentence:
    'What memos claim is there, and touches that skip it leave the state of those that look.',
  cases: 30,
  night: 5_000,
  create: () => {
    const tally = new Tally(REACHED.map(([name]) => name));
    return {
      property: fc.property(orders, commands, (order, list) => runBeside(order, list, tally)),
      missing: tally.missing,
    };
  },
};
