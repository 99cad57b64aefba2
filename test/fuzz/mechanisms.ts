// Everything at once: random sequences of all the core's mechanisms, every invariant walked after each step.

import fc from 'fast-check';
import { GFP_BALLOON, GFP_HIGHUSER_MOVABLE, GFP_KERNEL } from '../../src/abi/gfp.ts';
import {
  GUEST_SCRATCH_OFFSET,
  KIND_OFFLINE,
  KIND_UNMOVABLE,
  OBJECT_ANON,
  OBJECT_FILE,
  OBJECT_KERNEL,
} from '../../src/abi/layout.ts';
import { MEMORY_BLOCK_FRAMES } from '../../src/abi/unit.ts';
import { MIGRATE_MOVABLE } from '../../src/abi/migratetype.ts';
import {
  STAT_CLAIMS,
  STAT_COMPACT_RUNS,
  STAT_CONTIG_CALLS,
  STAT_COW_PAGES,
  STAT_CZONE_GROWN_ON_DEMAND,
  STAT_ISOLATED_BLOCKS,
  STAT_MIGRATED_PAGES,
  STAT_RELEASED_PAGES,
  STAT_REPORTED_BLOCKS,
  STAT_STEALS,
} from '../../src/abi/stat.ts';
import { STATUS_BAD_ARGUMENT } from '../../src/abi/status.ts';
import { type Core, faultText, verify } from '../../src/core/index.ts';
import { headerWord, rawOf, wordsOf } from '../../src/core/raw.ts';
import { balloonTake, bootGuest } from '../support/core.ts';
import { type Fuzzer, Tally } from './fuzzer.ts';

const NONE = 0xffffffff;
const FRAMES = 0x4000;
const PLUG = 0x10000;
const CZONES = { start: 0x8000, count: 0x4000, block: 1024 };

/** A guest and what its host remembers of it. */
class World {
  readonly core: Core = bootGuest({
    frames: FRAMES,
    spanFrames: PLUG + MEMORY_BLOCK_FRAMES,
    movableFrames: 0x1000,
    config: { czones: 6, objects: 48 },
    image: { start: 0x2000, count: 256 },
  });
  readonly held = new Map<number, number>();
  readonly ranges: { start: number; frames: number }[] = [];
  readonly objects: number[] = [];
  readonly zones: number[] = [];

  constructor() {
    rawOf(this.core).czoneRegion(CZONES.start, CZONES.count, CZONES.block);
    rawOf(this.core).czonePlug(CZONES.start, CZONES.count);
  }

  readMoves(): void {
    this.core.moves.take((from, to) => {
      const order = this.held.get(from);
      if (order === undefined) return;
      this.held.delete(from);
      this.held.set(to, order);
    });
  }
}

type Step = (world: World, a: number, b: number) => void;

function pick<T>(items: readonly T[], at: number): T | undefined {
  return items[at % Math.max(items.length, 1)];
}

const gfps = [GFP_HIGHUSER_MOVABLE, GFP_KERNEL, GFP_KERNEL | 16];

const steps: Record<string, Step> = {
  alloc: ({ core, held }, a, b) => {
    const order = b % 11;
    for (let n = 0; n < 1 + (a % 40); n += 1) {
      const pfn = rawOf(core).allocPages(pick(gfps, a) as number, order, a % 2, n);
      if (pfn >= 0) held.set(pfn, order);
    }
  },
  free: ({ core, held }, a, b) => {
    const all = [...held];
    for (let n = 0; n < 1 + (b % 60); n += 1) {
      const entry = pick(all, a + n * 7);
      if (entry === undefined || !held.delete(entry[0])) continue;
      if (rawOf(core).freePages(entry[0], entry[1], a % 2) !== 0)
        throw new Error(`free ${entry[0]}`);
    }
  },
  create: ({ core, objects, zones }, a, b) => {
    const kinds = [OBJECT_ANON, OBJECT_FILE, OBJECT_KERNEL];
    const kind = pick(kinds, a) as number;
    const zone = kind === OBJECT_ANON ? (pick([NONE, ...zones], b) ?? NONE) : NONE;
    const gfp = kind === OBJECT_KERNEL ? GFP_KERNEL : GFP_HIGHUSER_MOVABLE;
    const id = rawOf(core).objectCreate(kind, zone, gfp, 0);
    if (id >= 0) objects.push(id);
  },
  touch: ({ core, objects }, a, b) => {
    const id = pick(objects, a);
    if (id !== undefined) rawOf(core).objectTouch(id, b % 900, 1 + (a % 1200), b % 2, a % 2);
  },
  truncate: ({ core, objects }, a, b) => {
    const id = pick(objects, a);
    if (id !== undefined) rawOf(core).objectTruncate(id, b % 900, 1 + (a % 600), b % 2);
  },
  fork: ({ core, objects, zones }, a, b) => {
    const id = pick(objects, a);
    if (id === undefined) return;
    const child = rawOf(core).objectFork(id, pick([NONE, ...zones], b) ?? NONE, 0, a % 2);
    if (child >= 0) objects.push(child);
  },
  destroy: ({ core, objects }, a, b) => {
    const id = pick(objects, a);
    if (id === undefined) return;
    if (rawOf(core).objectDestroy(id, b % 2) >= 0) objects.splice(objects.indexOf(id), 1);
  },
  czone: ({ core, zones }, a, b) => {
    const zone = rawOf(core).czoneCreate(a, 2048 + (a % 4096), b % 3);
    if (zone >= 0) zones.push(zone);
  },
  czoneEnd: ({ core, zones }, a) => {
    const zone = pick(zones, a);
    if (zone === undefined || rawOf(core).czoneExit(zone, a % 2) < 0) return;
    zones.splice(zones.indexOf(zone), 1);
  },
  inflate: ({ core }, a, b) => {
    balloonTake(core, 1 + (a % 256), b % 4 === 0 ? 9 : 0, GFP_BALLOON, b % 2);
  },
  deflate: ({ core }, a, b) => {
    const popped = rawOf(core).balloonPop(1 + (a % 256));
    if (popped > 0) rawOf(core).balloonRelease(popped, b % 2);
  },
  contig: ({ core, ranges }, a, b) => {
    const aligned = b % 3 === 0;
    const start = (a % 8 === 0 ? PLUG : 0) + (aligned ? (a % 96) * 512 : a % FRAMES);
    const frames = aligned ? 512 * (1 + (b % 4)) : 1 + (b % 700);
    const kind = a % 2 === 0 ? KIND_OFFLINE : KIND_UNMOVABLE;
    if (start >= CZONES.start && start < PLUG) return;
    if (rawOf(core).contigAlloc(start, frames, kind, MIGRATE_MOVABLE, 1, b % 2) === 0) {
      ranges.push({ start, frames });
    }
  },
  contigFree: ({ core, ranges }, a) => {
    const range = pick(ranges, a);
    if (range === undefined) return;
    ranges.splice(ranges.indexOf(range), 1);
    if (rawOf(core).contigFree(range.start, range.frames, a % 2) !== 0)
      throw new Error('contigFree');
  },
  /** Somebody wants this very frame for a moment: whoever holds it moves. */
  migrate: ({ core, held }, a) => {
    const entry = pick([...held.keys()], a);
    if (entry === undefined) return;
    const raw = rawOf(core);
    if (raw.contigAlloc(entry, 1, KIND_UNMOVABLE, MIGRATE_MOVABLE, 1, a % 2) !== 0) return;
    if (raw.contigFree(entry, 1, a % 2) !== 0) throw new Error('contigFree');
  },
  release: ({ core }, a, b) => {
    rawOf(core).releaseRange(a % FRAMES, Math.min(1 + (b % 600), FRAMES - (a % FRAMES)));
  },
  decay: ({ core }, a, b) => {
    if (rawOf(core).decay(a % 2, b % 4) === STATUS_BAD_ARGUMENT) throw new Error('decay');
  },
  online: ({ core }, a, b) => {
    const at = headerWord(core, GUEST_SCRATCH_OFFSET) >> 2;
    wordsOf(core).set([PLUG, 512 * (1 + (a % 8)), PLUG + 8192, 1024], at);
    rawOf(core).memoryOnline(PLUG, MEMORY_BLOCK_FRAMES, 2 + (b % 2), (a % 4) - 1);
  },
  plug: ({ core }, a) => {
    rawOf(core).contigFree(PLUG + 512 * (a % 64), 512, 0);
  },
  offline: ({ core, ranges }, a) => {
    if (rawOf(core).memoryOffline(PLUG, MEMORY_BLOCK_FRAMES, a % 2) < 0) return;
    const kept = ranges.filter((range) => range.start < PLUG);
    ranges.splice(0, ranges.length, ...kept);
  },
  report: ({ core }, a, b) => {
    if (a % 5 === 0) rawOf(core).reportListen(a % 2 === 0 ? 9 : 10, 32);
    for (let zone = 0; zone < 4; zone += 1) {
      for (let n = 0; n < 50 && rawOf(core).reportTake(zone) > 0; n += 1) {
        if (verify(core) !== undefined) return;
        if (rawOf(core).reportPutBack(b % 4 === 0 ? 0 : 1) < 0) throw new Error('put back');
      }
    }
  },
  compact: ({ core }, a, b) => {
    const order = 1 + (b % 10);
    if (a % 4 === 0) rawOf(core).compactZone(b % 4, a % 2);
    else if (a % 4 === 1) rawOf(core).compactBackground(order, b % 4, 0);
    else rawOf(core).compactDirect(pick(gfps, b) as number, order, a % 3, a % 2);
  },
  hints: ({ core }) => rawOf(core).compactForgetHints(),
  drain: ({ core }) => rawOf(core).drainAll(),
};

/** Sequences that never come to these would prove little. */
const REACHED = [
  ['claims', STAT_CLAIMS],
  ['steals', STAT_STEALS],
  ['compaction runs', STAT_COMPACT_RUNS],
  ['contiguous ranges', STAT_CONTIG_CALLS],
  ['copied pages', STAT_COW_PAGES],
  ['CZones grown on demand', STAT_CZONE_GROWN_ON_DEMAND],
  ['isolated pageblocks', STAT_ISOLATED_BLOCKS],
  ['migrated pages', STAT_MIGRATED_PAGES],
  ['reported blocks', STAT_REPORTED_BLOCKS],
  ['released pages', STAT_RELEASED_PAGES],
] as const;

/** Some steps more often than others. */
const names = [
  ...Object.keys(steps),
  'alloc',
  'create',
  'touch',
  'touch',
  'touch',
  'fork',
  'contig',
];
const number = fc.noBias(fc.nat(1 << 20));
const command = fc.tuple(fc.noBias(fc.nat(names.length - 1)), number, number);

const commands = fc.array(command, { minLength: 60, maxLength: 150, size: 'max' });

function runAll(list: readonly [number, number, number][], tally: Tally): void {
  const world = new World();
  list.forEach(([which, a, b], at) => {
    const name = names[which] as string;
    (steps[name] as Step)(world, a, b);
    world.readMoves();
    const fault = verify(world.core);
    if (fault !== undefined) throw new Error(`after step ${at} (${name}): ${faultText(fault)}`);
  });
  for (const [name, stat] of REACHED) tally.add(name, world.core.stat(stat));
}

export const mechanisms: Fuzzer = {
  name: 'mechanisms',
  sentence: 'Every invariant of the core holds after each step of any mix of its mechanisms.',
  cases: 30,
  night: 2_000,
  create: () => {
    const tally = new Tally(REACHED.map(([name]) => name));
    return {
      property: fc.property(commands, (list) => runAll(list, tally)),
      missing: tally.missing,
    };
  },
};
