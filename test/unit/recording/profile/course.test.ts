import { describe, expect, it } from 'vitest';
import { courseIn, meanSpreadOf } from '../../../../src/recording/profile/course.ts';
import { familyOf, spanOf } from '../../../../src/recording/profile/life.ts';
import { TraceReader } from '../../../../src/recording/read/trace-text.ts';
import { traceOfFunction } from '../../../support/function-trace.ts';

const alloc = (pfn: string, gfp: string) =>
  `mm_page_alloc: page=0000000036bc9edc pfn=0x${pfn} order=0 migratetype=1 gfp_flags=${gfp}`;

describe('the course of a container', () => {
  const trace = traceOfFunction();
  const ends = ['ready c1', 'called c1 1', 'called c1 10'].map(
    (end) => spanOf(trace, 'start c1', end)!.end,
  );

  it('counts from its start what its processes got, and what of that is free again', () => {
    const { first } = spanOf(trace, 'start c1', 'ready c1')!;
    const course = courseIn(trace, familyOf(trace, 50), first, ends);
    // each call gets three; two are given back in it, one of them by another task, and the third behind it by one more
    expect(course).toEqual([
      { allocated: 6, freed: 1, file: 0 },
      { allocated: 9, freed: 3, file: 0 },
      { allocated: 12, freed: 6, file: 0 },
    ]);
  });

  it('knows pages of files by what readahead asks for, until they are dropped', () => {
    const READAHEAD =
      'GFP_NOFS|__GFP_HIGHMEM|__GFP_NOWARN|__GFP_NORETRY|__GFP_COMP|__GFP_HARDWALL|__GFP_MOVABLE';
    const lines = [
      alloc('10', READAHEAD),
      alloc('11', READAHEAD),
      alloc('12', 'GFP_HIGHUSER_MOVABLE|__GFP_COMP'),
      'mm_page_free: page=0000000036bc9edc pfn=0x11 order=0',
    ];
    const reader = new TraceReader('trace.txt', [{ start: 1, end: 0x2000 }]);
    const text = lines.map(
      (line, i) => `${'python3'.padStart(16)}-50      [000] .....     1.${i}00000: ${line}\n`,
    );
    reader.push(new TextEncoder().encode(text.join('')));
    expect(courseIn(reader.finish(), new Set([50]), 0, [3, 4])).toEqual([
      { allocated: 3, freed: 0, file: 2 },
      { allocated: 3, freed: 1, file: 1 },
    ]);
  });
});

it('means are kept to a hundredth of a frame, between the least and the most', () => {
  expect(meanSpreadOf([1, 2, 2])).toEqual({ least: 1, mean: 1.67, most: 2 });
});
