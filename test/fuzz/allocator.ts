// Random requests on the core and on the model of the same rules: every list, counter and size must agree after each.

import fc from 'fast-check';
import { expect } from 'vitest';
import {
  GFP_ATOMIC,
  GFP_COMP,
  GFP_DIRECT_RECLAIM,
  GFP_HIGHUSER_MOVABLE,
  GFP_KERNEL,
  GFP_MOVABLE,
  GFP_NOMEMALLOC,
  GFP_NOWAIT,
  GFP_RECLAIMABLE,
  GFP_TRANSHUGE_LIGHT,
} from '../../src/abi/gfp.ts';
import {
  STAT_ALLOC_FAILURES,
  STAT_CLAIMS,
  STAT_CLAIM_FAILURES,
  STAT_COMPACT_RUNS,
  STAT_DRAIN_BLOCKS,
  STAT_MIGRATED_PAGES,
  STAT_SLOW_PATHS,
  STAT_STEALS,
} from '../../src/abi/stat.ts';
import type { Core } from '../../src/core/index.ts';
import { verify } from '../../src/core/verify.ts';
import type { AllocatorState } from '../../src/core/state.ts';
import { rawOf } from '../../src/core/raw.ts';
import { agree } from '../model/agree.ts';
import type { BootLayout } from '../model/allocator.ts';
import { Compactor } from '../model/compaction.ts';
import { CoreAllocator } from '../model/core-allocator.ts';
import { Model } from '../model/model.ts';
import { type Fuzzer, Tally } from './fuzzer.ts';

/** Steps of most cases, and of one in ten. */
const STEPS = 60;
const STEPS_MANY = 200;

/** Pages that one fill takes at most. */
const FILL_PAGES = 2000;

export interface Held {
  readonly pfn: number;
  readonly order: number;
}

/** One step, carried out on both sides. */
export type Step = (
  core: CoreAllocator,
  model: Model,
  held: Held[],
  cpus: number,
  compactor: Compactor,
) => void;

/** Requests that may not reclaim: what reclaim would do is the guest's, not the allocator's. */
const MASKS = [
  GFP_KERNEL,
  GFP_HIGHUSER_MOVABLE | GFP_COMP,
  GFP_KERNEL | GFP_RECLAIMABLE,
  GFP_ATOMIC,
  GFP_NOWAIT,
  GFP_MOVABLE | GFP_KERNEL,
  GFP_TRANSHUGE_LIGHT,
  GFP_HIGHUSER_MOVABLE | GFP_NOMEMALLOC,
].map((gfp) => gfp & ~GFP_DIRECT_RECLAIM);

/** One request on both sides: the same frame, or status. */
export function requestOnce(
  core: CoreAllocator,
  model: Model,
  gfp: number,
  order: number,
  cpu: number,
): number {
  const got = core.allocPages(gfp, order, cpu);
  const want = model.allocPages(gfp, order, cpu);
  expect(got, `gfp ${gfp.toString(16)} order ${order}`).toBe(want);
  return want;
}

const request = fc
  .record({
    gfp: fc.constantFrom(...MASKS),
    order: fc.oneof({ weight: 4, arbitrary: fc.nat(3) }, { weight: 2, arbitrary: fc.nat(10) }),
    times: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 200 })),
    cpu: fc.nat(3),
  })
  .map(({ gfp, order, times, cpu }): Step => {
    const step: Step = (core, model, held, cpus) => {
      const many = Math.max(1, times >> order);
      for (let i = 0; i < many; i += 1) {
        const pfn = requestOnce(core, model, gfp, order, cpu % cpus);
        if (pfn < 0) return;
        held.push({ pfn, order });
      }
    };
    return named(step, `request(gfp 0x${gfp.toString(16)}, order ${order}, ${times}, cpu ${cpu})`);
  });

export const release: fc.Arbitrary<Step> = fc
  .record({
    at: fc.nat(),
    times: fc.integer({ min: 1, max: 300 }),
    stride: fc.nat(7),
    cpu: fc.nat(3),
  })
  .map(({ at, times, stride, cpu }): Step => {
    const step: Step = (core, model, held, cpus) => {
      for (let i = 0; i < times && held.length > 0; i += 1) {
        const index = (at + i * stride) % held.length;
        const [block] = held.splice(index, 1);
        if (block === undefined) return;
        core.freePages(block.pfn, block.order, cpu % cpus);
        model.freePages(block.pfn, block.order, cpu % cpus);
      }
    };
    return named(step, `release(${at}, ${times}, stride ${stride}, cpu ${cpu})`);
  });

/** Takes single pages until there are none: what follows meets full pageblocks of one type. */
const fill = fc.constantFrom(...MASKS).map((gfp) =>
  named(
    (core: CoreAllocator, model: Model, held: Held[]) => {
      for (let got = 0; got < FILL_PAGES; got += 1) {
        const pfn = requestOnce(core, model, gfp, 0, 0);
        if (pfn < 0) return;
        held.push({ pfn, order: 0 });
      }
    },
    `fill(gfp 0x${gfp.toString(16)})`,
  ),
);

/** Gives every n-th block back: small holes all over memory. */
const thin = fc
  .record({ every: fc.integer({ min: 2, max: 40 }), from: fc.nat(39) })
  .map(({ every, from }): Step =>
    named((core, model, held) => {
      const kept: Held[] = [];
      held.forEach((block, at) => {
        if (at % every !== from % every) {
          kept.push(block);
          return;
        }
        core.freePages(block.pfn, block.order, 0);
        model.freePages(block.pfn, block.order, 0);
      });
      held.splice(0, held.length, ...kept);
    }, `thin(every ${every}, from ${from})`),
  );

const decay = fc.nat(3).map((cpu) =>
  named((core: CoreAllocator, model: Model, _held: Held[], cpus: number) => {
    core.decay(cpu % cpus);
    model.decay(cpu % cpus);
  }, `decay(cpu ${cpu})`),
);

export const drainAll: fc.Arbitrary<Step> = fc.constant(
  named((core: CoreAllocator, model: Model) => {
    core.drainAll();
    model.drainAll();
  }, 'drainAll'),
);

/** A call that moves pages, on both sides: one answer, the same pages to the same places. */
function compactBoth(
  core: CoreAllocator,
  held: Held[],
  compactor: Compactor,
  got: number,
  want: number,
): void {
  const moves: [number, number][] = [];
  core.core.moves.take((from, to) => moves.push([from, to]));
  expect(got, 'the answer of compaction').toBe(want);
  expect(moves).toEqual(compactor.moves);
  const at = new Map(held.map((block, index) => [block.pfn, index]));
  for (const [from, to] of moves) {
    const index = at.get(from) as number;
    held[index] = { ...(held[index] as Held), pfn: to };
    at.delete(from);
    at.set(to, index);
  }
}

/** Ways to compact, beside the modes of direct compaction, 0 to 2. */
export const BACKGROUND = 3;
export const WHOLE = 4;
export const SERVED = 5;
export const FORGET = 6;

export interface Compact {
  readonly gfp: number;
  readonly order: number;
  readonly how: number;
  readonly cpu: number;
}

export function compactStep({ gfp, order, how, cpu }: Compact): Step {
  const step: Step = (core, model, held, cpus, compactor) => {
    const raw = rawOf(core.core);
    const on = cpu % cpus;
    if (how < BACKGROUND) {
      const got = raw.compactDirect(gfp, order, how, on);
      compactBoth(core, held, compactor, got, compactor.direct(gfp, order, how, on));
    } else if (how === BACKGROUND) {
      const got = raw.compactBackground(order, 3, on);
      compactBoth(core, held, compactor, got, compactor.background(order, 3, on));
    } else if (how === WHOLE) {
      for (const zone of model.zones) {
        const got = raw.compactZone(zone.index, on);
        compactBoth(core, held, compactor, got, compactor.whole(zone, on));
      }
    } else if (how === SERVED) {
      const block = held[order % Math.max(1, held.length)];
      if (block === undefined) return;
      raw.compactServed(block.pfn, order);
      compactor.served(block.pfn, order);
    } else {
      raw.compactForgetHints();
      compactor.forgetHints();
    }
  };
  const text = `gfp 0x${gfp.toString(16)}, order ${order}, how ${how}, cpu ${cpu}`;
  return named(step, `compact(${text})`);
}

const compact = fc
  .record({
    gfp: fc.constantFrom(...MASKS),
    order: fc.oneof(fc.integer({ min: 1, max: 10 }), fc.constant(9)),
    how: fc.nat(FORGET),
    cpu: fc.nat(3),
  })
  .map(compactStep);

export function named(step: Step, text: string): Step {
  return Object.assign(step, { toString: () => text, [fc.toStringMethod]: () => text });
}

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 24, arbitrary: request },
  { weight: 22, arbitrary: release },
  { weight: 1, arbitrary: fill },
  { weight: 5, arbitrary: thin },
  { weight: 4, arbitrary: decay },
  { weight: 2, arbitrary: drainAll },
  { weight: 6, arbitrary: compact },
);

/** Machines small enough to run short: DMA32 only, with NORMAL (no-fragment), with MOVABLE. */
const layout = fc
  .record({
    shape: fc.nat(2),
    mib: fc.oneof(
      { weight: 3, arbitrary: fc.integer({ min: 6, max: 16 }) },
      { weight: 1, arbitrary: fc.integer({ min: 17, max: 60 }) },
    ),
    cpus: fc.integer({ min: 1, max: 4 }),
    thp: fc.boolean(),
    hole: fc.nat(900),
  })
  .map(({ shape, mib, cpus, thp, hole }): BootLayout => {
    const frames = mib * 256;
    const zone = (index: number, start: number, spanned: number) => ({
      index,
      start,
      spanned,
      free: [{ start: start + (index === 0 ? 3000 : hole), end: start + spanned }],
    });
    const zones = [zone(0, 0, 4096), zone(1, 4096, frames)];
    if (shape === 1) zones.push(zone(2, 0x10000, frames));
    if (shape === 2) zones.push(zone(3, 0x10000, frames));
    return { zones, cpus, thp };
  });

const comparable = ({ zones }: AllocatorState): object[] =>
  zones.map((zone) => ({ ...zone, reserve: zone.reserve.slice(0, 4) }));

/** Compares whole states; for the begin, the end, and to show what differs. */
function compareStates(core: AllocatorState, model: AllocatorState): void {
  expect(comparable(core)).toEqual(comparable(model));
}

/** What the sequences must have met between them, or they prove little. */
const REACHED = [
  ['claims', STAT_CLAIMS],
  ['failed claims', STAT_CLAIM_FAILURES],
  ['steals', STAT_STEALS],
  ['slow paths', STAT_SLOW_PATHS],
  ['failures', STAT_ALLOC_FAILURES],
  ['drains', STAT_DRAIN_BLOCKS],
  ['runs of compaction', STAT_COMPACT_RUNS],
  ['moved pages', STAT_MIGRATED_PAGES],
] as const;

const exactly = (count: number): fc.Arbitrary<Step[]> =>
  fc.array(step, { minLength: count, maxLength: count });
const steps = fc.oneof(
  { weight: 9, arbitrary: exactly(STEPS) },
  { weight: 1, arbitrary: exactly(STEPS_MANY) },
);

/** Carries steps out on both sides, which must agree after each; the core is sound in the end. */
export function playBoth(
  machine: BootLayout,
  run: readonly Step[],
): { core: Core; compactor: Compactor } {
  const core = new CoreAllocator('verify');
  const model = new Model();
  core.boot(machine);
  model.boot(machine);
  const held: Held[] = [];
  const compactor = new Compactor(model);
  compareStates(core.state(), model.state());
  for (const act of run) {
    act(core, model, held, machine.cpus, compactor);
    if (!agree(core.core, model)) compareStates(core.state(), model.state());
  }
  compareStates(core.state(), model.state());
  expect(verify(core.core)).toBeUndefined();
  return { core: core.core, compactor };
}

export const allocator: Fuzzer = {
  name: 'allocator',
  sentence: 'Core and model of the page allocator agree after every request, list by list.',
  cases: 60,
  night: 2_000,
  create: () => {
    const tally = new Tally(REACHED.map(([name]) => name));
    const property = fc.property(layout, steps, (machine, run) => {
      const { core } = playBoth(machine, run);
      for (const [name, stat] of REACHED) tally.add(name, core.stat(stat));
    });
    return { property, missing: tally.missing };
  },
};
