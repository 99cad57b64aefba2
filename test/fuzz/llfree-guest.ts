// Random requests, touches, forks and frees of a guest kernel on LLFree, and its monitor, beside the slow model of each zone: every
// frame must be the model's, and the walk over the guest must find nothing.

import fc from 'fast-check';
import { expect } from 'vitest';
import {
  GUEST_BASE,
  GUEST_ZONES_OFFSET,
  ZONE_DMA,
  ZONE_DMA32,
  ZONE_MOVABLE,
  ZONE_NORMAL,
  ZONE_RESERVE_OFFSET,
  ZONE_STRIDE,
  ZONE_WMARK_LOW_OFFSET,
  ZONE_WMARK_MIN_OFFSET,
} from '../../src/abi/layout.ts';
import {
  type Core,
  GFP_HIGHUSER_MOVABLE,
  GFP_KERNEL,
  KIND_FREE,
  NONE,
  OBJECT_ANON,
  STATUS_BAD_STATE,
  STATUS_NEED_INSTALL,
  type Monitor,
  boot,
  faultText,
  freeRanges,
  layoutOf,
  verify,
} from '../../src/core/index.ts';
import { wordsOf } from '../../src/core/raw.ts';
import { KindsModel } from '../model/llfree-kinds.ts';
import { llfreeCore } from '../support/llfree-guest.ts';
import { type Fuzzer, Tally } from './fuzzer.ts';

const HUGE = 512;
const MIB = 256;
const STEPS = 40;
const PAGES = 1600;

/** Zones that the guests have, as requests ask them. */
const ZONES = [ZONE_DMA32, ZONE_DMA] as const;

const REACHED = [
  'no memory',
  'lower zone',
  'installed',
  'hard',
  'returned',
  'copied',
  'drained',
  'given up',
] as const;

interface Zone {
  readonly index: number;
  readonly base: number;
  readonly model: KindsModel;
  free: number;
  /** Marks without boost, and what is kept from requests by the highest zone that they may use. */
  readonly low: number;
  readonly min: number;
  readonly reserve: readonly number[];
}

interface World {
  readonly core: Core;
  readonly monitor: Monitor;
  readonly zones: readonly Zone[];
  readonly cpus: number;
  readonly tally: Tally;
  readonly blocks: { readonly pfn: number; readonly order: number }[];
  /** Ids of objects. */
  readonly objects: number[];
  /** Huge frames that were taken hard. */
  readonly hard: number[];
}

type Step = (world: World, a: number, b: number, c: number) => void;

function zoneOf({ zones }: World, pfn: number): Zone {
  return zones.find(({ base }) => pfn >= base) as Zone;
}

/** A request on the models: the walk over the zonelist with both marks. First frame, or -1; installs what it must. */
function askModels(
  world: World,
  order: number,
  isMovable: boolean,
  cpu: number,
  installs: number[],
): number {
  const highest = isMovable ? ZONE_MOVABLE : ZONE_NORMAL;
  for (const mark of ['low', 'min'] as const) {
    for (const zone of world.zones) {
      const room = zone.free - (2 ** order - 1);
      if (room <= zone[mark] + (zone.reserve[highest] as number)) continue;
      const frame = zone.model.get(order, isMovable ? 1 : 0, cpu);
      if (frame < 0) continue;
      zone.free -= 2 ** order;
      if (zone.model.wasEvicted) {
        const huge = Math.floor(frame / HUGE) * HUGE;
        zone.model.install(huge);
        installs.push(zone.base + huge);
      }
      if (zone.index === ZONE_DMA) world.tally.add('lower zone');
      return zone.base + frame;
    }
  }
  world.tally.add('no memory');
  return -1;
}

function putInto(world: World, pfn: number, order: number): void {
  const zone = zoneOf(world, pfn);
  expect(zone.model.put(pfn - zone.base, order, 0, 0)).toBe(0);
  zone.free += 2 ** order;
}

/** Makes a request until it need not wait any more. What it was answered; which huge frames were installed for it. */
function askCore(world: World, attempt: () => number, installs: number[]): number {
  for (;;) {
    const got = attempt();
    if (got !== STATUS_NEED_INSTALL) return got;
    const huge = Math.floor((world.core.pages.waitingFrame as number) / HUGE) * HUGE;
    expect(world.monitor.install(huge)).toBeGreaterThanOrEqual(0);
    installs.push(huge);
    world.tally.add('installed');
  }
}

function framesOf({ core }: World, object: number): number[] {
  return Array.from({ length: PAGES }, (_, at) => core.objects.frame(object, at));
}

const isFree = (core: Core, pfn: number): boolean => core.frames.kind(pfn) === KIND_FREE;

const steps: Readonly<Record<string, Step>> = {
  alloc: (world, a, b, c) => {
    const order = a % 3 === 0 ? 9 + (b % 2) : b % 6;
    const isMovable = c % 2 === 0;
    const cpu = c % world.cpus;
    const gfp = isMovable ? GFP_HIGHUSER_MOVABLE : GFP_KERNEL;
    const installs: number[] = [];
    const expected: number[] = [];
    const got = askCore(world, () => world.core.pages.alloc(gfp, order, cpu), installs);
    const model = askModels(world, order, isMovable, cpu, expected);
    if (model < 0) expect(got).toBeLessThan(0);
    else expect(got).toBe(model);
    expect(installs).toEqual(expected);
    if (got >= 0) world.blocks.push({ pfn: got, order });
  },
  free: (world, a, b) => {
    for (let at = 0; at < 1 + (b % 4) && world.blocks.length > 0; at += 1) {
      const [block] = world.blocks.splice(a % world.blocks.length, 1);
      if (block === undefined) return;
      expect(world.core.pages.free(block.pfn, block.order, b % world.cpus)).toBe(0);
      const halves = block.order > 9 ? [block.pfn, block.pfn + HUGE] : [block.pfn];
      for (const pfn of halves) putInto(world, pfn, Math.min(block.order, 9));
    }
  },
  touch: (world, a, b, c) => {
    const { core, objects } = world;
    if (objects.length === 0 || a % 5 === 0) {
      const made = core.objects.create(OBJECT_ANON, NONE, GFP_HIGHUSER_MOVABLE);
      if (made >= 0) objects.push(made);
    }
    const object = objects[a % objects.length] as number;
    const cpu = a % world.cpus;
    let from = b % PAGES;
    const end = Math.min(PAGES, from + 1 + (c % 1500));
    const before = framesOf(world, object);
    const installs: number[] = [];
    const expected: number[] = [];
    const attempt = (): number => {
      const got = core.objects.touch(object, from, end - from, true, cpu);
      if (got < 0) from = core.objects.stoppedAt;
      return got;
    };
    const got = askCore(world, attempt, installs);
    const after = framesOf(world, object);
    for (let at = 0; at < PAGES; at += 1) {
      if (after[at] === before[at]) continue;
      if ((before[at] as number) >= 0) world.tally.add('copied');
      expect(after[at]).toBe(askModels(world, 0, true, cpu, expected));
    }
    if (got < 0) expect(askModels(world, 0, true, cpu, expected)).toBe(-1);
    expect(installs).toEqual(expected);
  },
  truncate: (world, a, b, c) => {
    const object = world.objects[a % Math.max(1, world.objects.length)];
    if (object === undefined) return;
    const before = framesOf(world, object);
    if (c % 3 === 0) {
      world.objects.splice(world.objects.indexOf(object), 1);
      world.core.objects.destroy(object, a % world.cpus);
    } else world.core.objects.truncate(object, b % PAGES, 1 + (c % PAGES), a % world.cpus);
    for (const pfn of before) if (pfn >= 0 && isFree(world.core, pfn)) putInto(world, pfn, 0);
  },
  fork: (world, a) => {
    const object = world.objects[a % Math.max(1, world.objects.length)];
    if (object === undefined || world.objects.length > 6) return;
    const child = world.core.objects.fork(object, NONE, 0, a % world.cpus);
    if (child >= 0) world.objects.push(child);
  },
  drain: ({ core, zones, cpus, tally }) => {
    core.pages.drainAll();
    for (const { model } of zones) {
      const own = Math.min(cpus, model.trees.length);
      for (let cpu = 0; cpu < own; cpu += 1) model.drain(cpu);
    }
    tally.add('drained');
  },
  reclaim: (world, a, b) => {
    const isHard = a % 3 === 0;
    const zone = world.zones[a % 5 === 0 ? 1 : 0] as Zone;
    for (let at = 0; at < 1 + (b % 40); at += 1) {
      const got = world.monitor.reclaim(zone.index, isHard);
      const expected = zone.model.reclaim(isHard);
      if (expected < 0) {
        expect(got).toBeLessThan(0);
        return;
      }
      expect(got).toBe(zone.base + expected);
      for (let pfn = got; pfn < got + HUGE; pfn += 1) expect(isFree(world.core, pfn)).toBe(true);
      world.core.backing.release(got, HUGE);
      if (!isHard) continue;
      zone.free -= HUGE;
      world.hard.push(got);
      world.tally.add('hard');
    }
  },
  giveBack: (world, a) => {
    const [pfn] = world.hard.splice(a % Math.max(1, world.hard.length), 1);
    if (pfn === undefined) return;
    const zone = zoneOf(world, pfn);
    expect(world.monitor.giveBack(pfn)).toBe(0);
    expect(zone.model.giveBack(pfn - zone.base)).toBe(0);
    expect(world.monitor.giveBack(pfn)).toBe(STATUS_BAD_STATE);
    zone.free += HUGE;
    world.tally.add('returned');
  },
  /** A request that waits is not made again, and another comes: what waited has gone back, without memory. */
  giveUp: (world, a, b) => {
    const { core, blocks, tally } = world;
    const cpu = a % world.cpus;
    const got = core.pages.alloc(GFP_KERNEL, 9, cpu);
    const pfn = askModels(world, 9, false, cpu, []);
    if (got !== STATUS_NEED_INSTALL) {
      expect(Math.max(got, -1)).toBe(pfn);
      if (got >= 0) blocks.push({ pfn, order: 9 });
      return;
    }
    expect(core.pages.waitingFrame).toBe(pfn);
    const { model, base } = zoneOf(world, pfn);
    model.isEvicted[(pfn - base) / HUGE] = true;
    putInto(world, pfn, 9);
    tally.add('given up');
    (steps['alloc'] as Step)(world, 1, b, a);
  },
};

const names = [
  ...Object.keys(steps),
  'alloc',
  'touch',
  'touch',
  'touch',
  'free',
  'truncate',
  'reclaim',
  'giveBack',
];
const number = fc.noBias(fc.nat(1 << 20));
const command = fc.tuple(fc.noBias(fc.nat(names.length - 1)), number, number, number);
const commands = fc.array(command, { minLength: STEPS, maxLength: STEPS });
const machines = fc.record({
  mib: fc.oneof(fc.integer({ min: 18, max: 24 }), fc.integer({ min: 25, max: 80 })),
  cpus: fc.integer({ min: 1, max: 3 }),
});

function zoneWords(core: Core, index: number, offset: number): number {
  const words = wordsOf(core);
  const zones = words[(GUEST_BASE + GUEST_ZONES_OFFSET) >>> 2] as number;
  return words[(zones + index * ZONE_STRIDE + offset) >>> 2] as number;
}

function worldOf({ mib, cpus }: { mib: number; cpus: number }, tally: Tally): World {
  const layout = layoutOf(mib * MIB, [{ start: 4096, count: 333 }]);
  const core = llfreeCore(layout.frames, cpus);
  boot(core, layout, false);
  const zones = ZONES.map((index): Zone => {
    const { start, spanned, free } = core.zone(index);
    const base = Math.floor(start / 1024) * 1024;
    const frames = start + spanned - base;
    const model = new KindsModel({ frames, cpus, treeHuge: 8, rules: 'kinds', isAllocated: true });
    const reserve = [0, 4, 8, 12].map((at) => zoneWords(core, index, ZONE_RESERVE_OFFSET + at));
    const low = zoneWords(core, index, ZONE_WMARK_LOW_OFFSET);
    const min = zoneWords(core, index, ZONE_WMARK_MIN_OFFSET);
    return { index, base, model, free, low, min, reserve };
  });
  for (const { start, count } of freeRanges(layout)) handOver(zones, start, start + count);
  const lists = { blocks: [], objects: [], hard: [] };
  return { core, monitor: core.monitor as Monitor, zones, cpus, tally, ...lists };
}

/** What memblock hands over, in the largest blocks that are aligned and lie in one zone. */
function handOver(zones: readonly Zone[], start: number, end: number): void {
  for (let pfn = start; pfn < end;) {
    const zone = zones.find(({ base }) => pfn >= base) as Zone;
    const stop = zone.index === ZONE_DMA ? Math.min(end, 4096) : end;
    let order = 10;
    while (pfn % 2 ** order !== 0 || pfn + 2 ** order > stop) order -= 1;
    expect(zone.model.put(pfn - zone.base, order, 0, 0)).toBe(0);
    pfn += 2 ** order;
  }
}

function runBoth(
  machine: { mib: number; cpus: number },
  list: readonly [number, number, number, number][],
  tally: Tally,
): void {
  const world = worldOf(machine, tally);
  list.forEach(([which, a, b, c], at) => {
    const name = names[which] as string;
    (steps[name] as Step)(world, a, b, c);
    const where = `after step ${at} (${name})`;
    for (const { index, free } of world.zones)
      expect(world.core.zone(index).free, where).toBe(free);
    const fault = verify(world.core);
    expect(fault === undefined ? '' : faultText(fault), where).toBe('');
  });
}

export const llfreeGuest: Fuzzer = {
  name: 'llfree-guest',
  sentence:
    'A guest kernel on LLFree gets the frames of the model, zone by zone, and its monitor takes none in use.',
  cases: 16,
  night: 500,
  create: () => {
    const tally = new Tally(REACHED);
    const property = fc.property(machines, commands, (machine, list) =>
      runBoth(machine, list, tally),
    );
    return { property, missing: tally.missing };
  },
};
