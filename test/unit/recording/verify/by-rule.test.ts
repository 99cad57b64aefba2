// What no event of a recording shows is told, with how often a rule decided it.

import { describe, expect, it } from 'vitest';
import { compileFreeRunning } from '../../../../src/recording/program/free-running.ts';
import { decidedByRule, ruledText } from '../../../../src/recording/verify/by-rule.ts';
import {
  alloc,
  compactBegin,
  compactEnd,
  drain,
  extraLine,
  free,
  kswapdWake,
  migrated,
  type WrittenLine,
  writtenCapture,
} from '../../../support/written.ts';

/** kswapd runs, somebody empties the lists, a run of compaction, and three seconds in which the vmstat worker has its turns. */
const LINES: readonly WrittenLine[] = [
  ['kswapd0', '.....', kswapdWake, 0],
  ['sh', 'd..2.', drain('5'), 10],
  ['sh', '.....', compactBegin('0', '600'), 20],
  ['sh', '.....', free('900'), 22],
  ['sh', '.....', free('401'), 24],
  ['sh', '.....', migrated(1, 1, 'compaction'), 26],
  ['sh', '.....', free('401'), 28],
  ['sh', '.....', compactEnd('0', '200', 'complete'), 30],
  ['sh', '.....', free('1'), 40],
];

const ruled = (extra: readonly string[], uname = ''): ReturnType<typeof decidedByRule> => {
  const capture = writtenCapture(LINES, [], extra, uname);
  return decidedByRule(capture, compileFreeRunning(capture));
};

describe('decisions by rule', () => {
  it('are counted by kind', () => {
    expect(ruled([])).toMatchObject({ kswapdEnds: 1, emptiedLists: 1, compactionRuns: 1 });
    expect(ruled([])).toMatchObject({ vmstatTurns: 1, vmstatClocks: 1 });
  });

  it('are none where a second trace shows what happened', () => {
    expect(ruled([extraLine(0.5, 'kcw: (f+0x0/0x1) order=0')])).toEqual({
      vmstatTurns: 0,
      vmstatClocks: 0,
      kswapdEnds: 0,
      emptiedLists: 0,
      contigRanges: 0,
      compactionRuns: 0,
      lateRequests: 0,
    });
  });

  it('are told in one line, or in none', () => {
    const none = ruled([extraLine(0.5, 'kcw: (f+0x0/0x1) order=0')]);
    expect(ruledText(none)).toBe('');
    const some = { ...none, vmstatTurns: 12, vmstatClocks: 1, contigRanges: 3 };
    expect(ruledText(some)).toBe(
      'by rule: 12 turns of the vmstat worker, 1 of four clocks for them, 3 ranges of contiguous attempts\n',
    );
  });

  it('requests that show late are among them', () => {
    const lines: WrittenLine[] = [
      ['c', '.....', free('2')],
      ['c', '.....', free('1')],
      ['b', '.....', alloc('2')],
      ['a', '.....', alloc('1')],
    ];
    const capture = writtenCapture(lines, [], [], 'Linux (none) 7.3.4');
    expect(decidedByRule(capture, compileFreeRunning(capture)).lateRequests).toBe(1);
  });
});
