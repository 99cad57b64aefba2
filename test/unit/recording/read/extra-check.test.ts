import { expect, it } from 'vitest';
import { wrongOf } from '../../../../src/recording/read/extra-check.ts';
import type { ExtraEvent, ExtraKind } from '../../../../src/recording/read/extra-trace.ts';

const guest = { populated: [1], memory: [{ start: 4096, end: 8192 }], cpus: 2 };
const NONE = 0xffff_ffff;

function wrong(kind: ExtraKind, a: number, b = 0, cpu = 0): string | undefined {
  const event: ExtraEvent = { kind, a, b, cpu, line: 1, timeUs: 0, pid: 1 };
  return wrongOf(event, guest);
}

it.each<[ExtraKind, readonly (readonly number[])[], readonly (readonly number[])[]]>([
  [
    'isofree',
    [
      [4096, 10],
      [8191, 0],
    ],
    [
      [4097, 1],
      [4096, 11],
      [4096, -1],
      [4096, 0.5],
      [8192, 0],
      [8191.5, 0],
      [0, 3],
    ],
  ],
  [
    'putback',
    [[7168, 10]],
    [
      [7680, 10],
      [Number.NaN, 0],
    ],
  ],
  ['calloc', [[4096]], [[4095], [NONE]]],
  ['cfree', [[8191]], [[8192]]],
  ['calloc_r', [[4096], [NONE]], [[8192]]],
  [
    'iso',
    [[4096, 8192]],
    [
      [4096, 4096],
      [4096, 8193],
      [4096, 1e300],
      [4000, 5000],
      [4096, 4100.5],
    ],
  ],
  ['undo', [[4096, 4608]], [[4608, 4096]]],
  ['test_pages_isolated', [[4096, 4608]], [[0, 4608]]],
  [
    'mm_compaction_isolate_migratepages',
    [[5000, 32]],
    [
      [5000, 1025],
      [5000, -1],
      [9000, 1],
    ],
  ],
  ['mm_compaction_isolate_freepages', [[5000, 1024]], [[5000, 2 ** 32]]],
  ['mm_compaction_fast_isolate_freepages', [[5000, 0]], [[1, 0]]],
  ['mm_compaction_finished', [[-1], [10]], [[11], [-2]]],
  ['kcw', [[9]], [[99]]],
  ['mm_vmscan_direct_reclaim_begin', [[0]], [[64]]],
  [
    'drainpages',
    [[1, 1]],
    [
      [1, 2],
      [1, -1],
    ],
  ],
])('the numbers of %s are what they count', (kind, right, bad) => {
  for (const [a = 0, b = 0] of right) expect(wrong(kind, a, b)).toBeUndefined();
  for (const [a = 0, b = 0] of bad) expect(wrong(kind, a, b)).toMatch(/^(?:a|an) /);
});

it('a cpu is one of the guest', () => {
  expect(wrong('report', 0, 0, 1)).toBeUndefined();
  expect(wrong('report', 0, 0, 2)).toBe('a cpu below 2');
});
