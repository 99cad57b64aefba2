// Does the cost of a page grow with the guest? What does the core save against the model?

import { GFP_HIGHUSER_MOVABLE } from '../src/abi/gfp.ts';
import { type Core, freeRanges } from '../src/core/index.ts';
import { Model } from '../test/model/model.ts';
import { bootGuest, layoutOfMiB } from './guest.ts';
import {
  type BenchCase,
  type BenchReport,
  type BenchSize,
  measure,
  ratio,
  WordHash,
} from './measure.ts';
import { rawOf } from '../src/core/raw.ts';

/** Pages in use at any time: more than the per-cpu lists hold, so that blocks split and merge. */
const WINDOW = 8192;
/** Slots are visited in strides: what is freed was allocated long ago and far apart. */
const STRIDE = 1361;
/** A step frees one page and allocates one. */
const STEPS = 1024;
const HASHED_ROUNDS = 16;

/** Something that hands out single pages. */
interface Allocator {
  alloc(): number;
  free(pfn: number): void;
}

function byCall(core: Core): Allocator {
  const raw = rawOf(core);
  return {
    alloc: () => raw.allocPages(GFP_HIGHUSER_MOVABLE, 0, 0, 0),
    free: (pfn) => raw.freePages(pfn, 0, 0),
  };
}

function byModel(mib: number): Allocator {
  const layout = layoutOfMiB(mib);
  const model = new Model();
  const free = freeRanges(layout).map(({ start, count }) => ({ start, end: start + count }));
  const zones = layout.zones.flatMap((span, index) => {
    if (span === undefined) return [];
    const end = span.start + span.count;
    const inside = free
      .map((range) => ({
        start: Math.max(range.start, span.start),
        end: Math.min(range.end, end),
      }))
      .filter((range) => range.start < range.end);
    return [{ index, start: span.start, spanned: span.count, free: inside }];
  });
  model.boot({ zones, cpus: 1, thp: false });
  return {
    alloc: () => model.allocPages(GFP_HIGHUSER_MOVABLE, 0, 0),
    free: (pfn) => model.freePages(pfn, 0, 0),
  };
}

/** A window of pages, each replaced in turn. */
class Churn {
  readonly #allocator: Allocator;
  readonly #pages: Uint32Array = new Uint32Array(WINDOW);
  #slot = 0;

  constructor(allocator: Allocator) {
    this.#allocator = allocator;
    for (let slot = 0; slot < WINDOW; slot += 1) this.#pages[slot] = allocator.alloc();
  }

  round(): void {
    for (let step = 0; step < STEPS; step += 1) {
      this.#slot = (this.#slot + STRIDE) % WINDOW;
      this.#allocator.free(this.#pages[this.#slot] as number);
      this.#pages[this.#slot] = this.#allocator.alloc();
    }
  }

  /** Of the frames after a fixed number of rounds. */
  hash(): number {
    const hash = new WordHash();
    for (let round = 0; round < HASHED_ROUNDS; round += 1) this.round();
    for (const pfn of this.#pages) hash.add(pfn);
    return hash.value;
  }
}

/** Guest sizes in MiB; the large ones only fit the large run. */
function guestSizes(size: BenchSize): readonly number[] {
  return size.name === 'large' ? [1024, 16 * 1024, 256 * 1024] : [128, 256, 512];
}

function caseOf(name: string, churn: Churn): BenchCase {
  return { name, operations: 2 * STEPS, run: () => churn.round() };
}

/** Allocation cost by guest size, and against the model. */
export async function buddyBench(size: BenchSize): Promise<BenchReport> {
  const sizes = guestSizes(size);
  const [least = 0, , most = 0] = sizes;
  const hashes = new Set<number>();
  const started = (name: string, churn: Churn): BenchCase => {
    hashes.add(churn.hash());
    return caseOf(name, churn);
  };
  const cases = [
    started('model', new Churn(byModel(least))),
    started(`call, ${least} MiB`, new Churn(byCall(bootGuest(least)))),
  ];
  const [hash = 0] = hashes;
  if (hashes.size !== 1) throw new Error('core and model got different frames');
  for (const mib of sizes.slice(1)) {
    const churn = new Churn(byCall(bootGuest(mib)));
    cases.push(caseOf(`call, ${mib} MiB`, churn));
  }
  const rows = await measure(cases, size);
  return {
    name: 'buddy',
    question: 'What does a page cost, by guest size and against the model?',
    rows,
    ratios: {
      'largest guest / smallest': ratio(rows, `call, ${most} MiB`, `call, ${least} MiB`),
      'model / call': ratio(rows, 'model', `call, ${least} MiB`),
    },
    hash,
  };
}
