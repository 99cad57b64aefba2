// Where a balloon's pages went and when some were given back under pressure, on made traces.

import { describe, expect, it } from 'vitest';
import { givenBackAt, movedTo } from '../../../../src/recording/verify/balloon-trace.ts';
import {
  type WrittenLine,
  alloc,
  extraLine,
  free,
  writtenCapture,
} from '../../../support/written.ts';

const page = (pfn: number): string => `0xffd4${(pfn * 64).toString(16).padStart(12, '0')}`;
const calloc = (pfn: number): string => `calloc: (f+0x4/0xf60) src=${page(pfn)}`;
const answer = (pfn: number): string => `calloc_r: (f+0x4/0xf60 <- g) page=${page(pfn)}`;

it('a page that compaction moved is where its place was handed out, each time it moved', () => {
  const events = [
    calloc(1),
    answer(8),
    calloc(2),
    'calloc_r: (f <- g) page=0x0',
    calloc(1),
    answer(9),
  ];
  const { extra } = writtenCapture(
    [],
    [],
    events.map((event, i) => extraLine(1 + i / 10, event)),
  );
  expect([...movedTo(extra.events)]).toEqual([[1, [8, 9]]]);
});

const MASK = 'GFP_HIGHUSER_MOVABLE|__GFP_NOWARN|__GFP_NORETRY|__GFP_NOMEMALLOC';
const taken = (pfn: number): WrittenLine => [
  'kworker/0:1',
  '.....',
  `mm_page_alloc: pfn=0x${pfn.toString(16)} order=0 migratetype=1 gfp_flags=${MASK}`,
];
const freed = (task: string, pfn: number): WrittenLine => [task, '.....', free(pfn.toString(16))];
const pages = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => from + i);

/** Of these lines, those at which a task was given pages of the balloon. */
const calls = (...lines: WrittenLine[]): number[] => givenBackAt(writtenCapture(lines).trace);

describe('pages of a balloon that another task frees', () => {
  it('are a call of the notifier for every 256, and a new one after the request that they were for', () => {
    const held = pages(1, 600).map(taken);
    expect(calls(...held, ...pages(1, 300).map((pfn) => freed('dd', pfn)))).toEqual([600, 856]);
    const served: WrittenLine = ['dd', '.....', alloc('300')];
    expect(calls(...held, freed('dd', 1), served, freed('dd', 2))).toEqual([600, 602]);
  });

  it('are not those of its driver, nor pages of others', () => {
    expect(calls(taken(1), taken(2), freed('kworker/0:1', 1), freed('dd', 9))).toEqual([]);
  });
});
