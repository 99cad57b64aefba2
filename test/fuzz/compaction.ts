// Compaction in crowded memory, on the core and on the model: where the scanners look, what their searches through the free
// lists find and where they end must agree, page for page.

import fc from 'fast-check';
import { GFP_DIRECT_RECLAIM, GFP_HIGHUSER_MOVABLE, GFP_KERNEL } from '../../src/abi/gfp.ts';
import type { BootLayout } from '../model/allocator.ts';
import { SEARCH_ENDS } from '../model/scan.ts';
import {
  BACKGROUND,
  FORGET,
  type Held,
  SERVED,
  type Step,
  compactStep,
  drainAll,
  named,
  playBoth,
  release,
  requestOnce,
} from './allocator.ts';
import { type Fuzzer, Tally } from './fuzzer.ts';

const MOVABLE = GFP_HIGHUSER_MOVABLE & ~GFP_DIRECT_RECLAIM;
const UNMOVABLE = GFP_KERNEL & ~GFP_DIRECT_RECLAIM;

/** Takes all there is by single pages; in each so many one is not movable, 0: in none. */
const crowd = fc.oneof(fc.constant(0), fc.integer({ min: 60, max: 3000 })).map((every) =>
  named((core, model, held) => {
    for (let count = 1; ; count += 1) {
      const gfp = every > 0 && count % every === 0 ? UNMOVABLE : MOVABLE;
      const pfn = requestOnce(core, model, gfp, 0, 0);
      if (pfn < 0) return;
      held.push({ pfn, order: 0 });
    }
  }, `crowd(every ${every} unmovable)`),
);

/** Frees what is held in each n-th aligned block of an order: holes of that size all over memory. */
const holes = fc
  .record({ order: fc.nat(6), every: fc.integer({ min: 2, max: 9 }), from: fc.nat(8) })
  .map(({ order, every, from }) =>
    named((core, model, held) => {
      const kept: Held[] = [];
      for (const block of held) {
        if (Math.floor(block.pfn / 2 ** order) % every !== from % every) {
          kept.push(block);
          continue;
        }
        core.freePages(block.pfn, block.order, 0);
        model.freePages(block.pfn, block.order, 0);
      }
      held.splice(0, held.length, ...kept);
    }, `holes(order ${order}, every ${every}, from ${from})`),
  );

/** All there are of an order are taken: what compaction has made is gone, and the next run has to work. */
function takeAll(gfp: number, order: number): Step {
  return named(
    (core, model, held) => {
      for (let pfn = 0; pfn >= 0;) {
        pfn = requestOnce(core, model, gfp, order, 0);
        if (pfn >= 0) held.push({ pfn, order });
      }
    },
    `takeAll(gfp 0x${gfp.toString(16)}, order ${order})`,
  );
}

/** A run, after which hints are mostly forgotten: the next one begins with deep searches and goes on with shallow ones. */
const compact = fc
  .record({
    gfp: fc.constantFrom(MOVABLE, MOVABLE, UNMOVABLE),
    order: fc.oneof(fc.integer({ min: 3, max: 9 }), fc.constant(9)),
    how: fc.oneof(
      { weight: 8, arbitrary: fc.nat(BACKGROUND) },
      { weight: 1, arbitrary: fc.constant(SERVED) },
    ),
    after: fc.constantFrom(FORGET, FORGET, SERVED),
  })
  .map(({ after, ...call }) => [
    takeAll(call.gfp, call.order),
    compactStep({ ...call, cpu: 0 }),
    compactStep({ ...call, how: after, cpu: 0 }),
  ]);

/** Memory fills up, gets holes, and is compacted many times, in which some pages come free. */
const round = fc
  .tuple(
    crowd,
    holes,
    drainAll,
    fc.array(
      fc.oneof(
        { weight: 8, arbitrary: compact },
        { weight: 1, arbitrary: release.map((one) => [one]) },
        { weight: 1, arbitrary: drainAll.map((one) => [one]) },
      ),
      { minLength: 4, maxLength: 16 },
    ),
  )
  .map(([first, second, third, steps]): Step[] => [first, second, third, ...steps.flat()]);

function wholly(index: number, start: number, spanned: number): BootLayout['zones'][number] {
  return { index, start, spanned, free: [{ start, end: start + spanned }] };
}

/** Zones whose lists of single pages are longer than any search. */
const layout = fc
  .record({ shape: fc.nat(2), mib: fc.integer({ min: 12, max: 28 }), thp: fc.boolean() })
  .map(({ shape, mib, thp }): BootLayout => {
    const zones = [wholly(1, 4096, mib * 256)];
    if (shape > 0) zones.push(wholly(1 + shape, 0x10000, 2048));
    return { zones, cpus: 1, thp };
  });

export const compaction: Fuzzer = {
  name: 'compaction',
  sentence:
    'Core and model compact crowded memory alike, and their searches end in the same places.',
  cases: 40,
  night: 2_000,
  create: () => {
    const tally = new Tally(SEARCH_ENDS);
    const rounds = fc.array(round, { minLength: 1, maxLength: 4 });
    const property = fc.property(layout, rounds, (machine, steps) => {
      const { compactor } = playBoth(machine, steps.flat());
      for (const [end, count] of compactor.met) tally.add(end, count);
    });
    return { property, missing: tally.missing };
  },
};
