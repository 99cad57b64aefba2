// What does a page of a memory object cost: touched first, touched again (by the object's memo, and
// looked at page by page), copied on write, given back?

import { GFP_HIGHUSER_MOVABLE } from '../src/abi/gfp.ts';
import { OBJECT_ANON } from '../src/abi/layout.ts';
import { NONE } from '../src/abi/unit.ts';
import { expectAnswer } from '../src/core/index.ts';
import { bootGuest } from './guest.ts';
import { type BenchReport, type BenchSize, measure, ratio, WordHash } from './measure.ts';
import { rawOf } from '../src/core/raw.ts';

/** A touch by memo is shorter than a tick of the clock. */
const REPEATS = 256;

export async function touchBench(size: BenchSize): Promise<BenchReport> {
  const pages = size.name === 'large' ? 16_384 : 1024;
  const core = bootGuest(512, { nodes: 2048 });
  const raw = rawOf(core);
  const object = expectAnswer(
    raw.objectCreate(OBJECT_ANON, NONE, GFP_HIGHUSER_MOVABLE, 1),
    'objectCreate',
  );
  const touch = (id: number): number =>
    expectAnswer(raw.objectTouch(id, 0, pages, 1, 0), 'objectTouch');
  const truncate = (): number =>
    expectAnswer(raw.objectTruncate(object, 0, pages, 0), 'objectTruncate');
  const forkAndWrite = (): void => {
    const child = expectAnswer(raw.objectFork(object, NONE, 2, 0), 'objectFork');
    touch(child);
    expectAnswer(raw.objectDestroy(child, 0), 'objectDestroy');
  };
  touch(object);
  forkAndWrite();
  truncate();
  const hash = new WordHash();
  hash.add(touch(object));
  for (let page = 0; page < pages; page += 1) hash.add(raw.objectFrame(object, page));
  const rows = await measure(
    [
      {
        name: 'touch again',
        operations: pages * REPEATS,
        run: () => {
          for (let repeat = 0; repeat < REPEATS; repeat += 1) touch(object);
        },
      },
      {
        name: 'touch again, looked at',
        operations: pages,
        run: () => touch(object),
        before: () => void raw.attach(),
      },
      { name: 'fork, copy on write, exit', operations: pages, run: forkAndWrite },
      { name: 'touch first', operations: pages, run: () => touch(object), before: truncate },
      { name: 'truncate', operations: pages, run: truncate, before: () => touch(object) },
    ],
    size,
  );
  return {
    name: 'touch',
    question: 'What does a page of a memory object cost?',
    rows,
    ratios: {
      'first / looked at': ratio(rows, 'touch first', 'touch again, looked at'),
      'looked at / again': ratio(rows, 'touch again, looked at', 'touch again'),
    },
    hash: hash.value,
  };
}
