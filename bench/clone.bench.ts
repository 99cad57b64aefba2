// How long do the lives of a guest as a whole take: booting it, copying it, cloning it into an instance from the pool and into
// a new one?

import { GFP_KERNEL } from '../src/abi/gfp.ts';
import { Core, CorePool } from '../src/core/index.ts';
import { bootGuest } from './guest.ts';
import { type BenchReport, type BenchSize, measure, ratio } from './measure.ts';
import { rawOf } from '../src/core/raw.ts';

const GUEST_MIB = 256;
/** Kernel and runtime memory of the template. */
const TEMPLATE_PAGES = 16_384;

export async function cloneBench(size: BenchSize): Promise<BenchReport> {
  const template = bootGuest(GUEST_MIB);
  for (let page = 0; page < TEMPLATE_PAGES; page += 1) {
    const pfn = rawOf(template).allocPages(GFP_KERNEL, 0, 0, 0);
    rawOf(template).touchRange(pfn, 1, 1);
  }
  rawOf(template).freezeTemplate();
  const snapshot = template.snapshot();
  const pool = new CorePool();
  pool.give(pool.clone(snapshot));
  const clone = Core.create(snapshot.config);
  clone.restore(snapshot);
  const rows = await measure(
    [
      { name: 'pooled', operations: 1, run: () => pool.give(pool.clone(snapshot)) },
      {
        name: 'new instance',
        operations: 1,
        run: () => Core.create(snapshot.config).restore(snapshot),
      },
      { name: 'snapshot', operations: 1, run: () => void template.snapshot() },
      { name: 'boot', operations: 1, run: () => void bootGuest(GUEST_MIB) },
    ],
    size,
  );
  return {
    name: 'clone',
    question: `How long do boot, snapshot and clone of a ${GUEST_MIB} MiB guest take?`,
    rows,
    ratios: {
      'new instance / pooled': ratio(rows, 'new instance', 'pooled'),
      'boot / pooled': ratio(rows, 'boot', 'pooled'),
    },
    hash: clone.hash(),
  };
}
