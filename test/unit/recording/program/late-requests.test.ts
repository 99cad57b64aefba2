// Which requests show later than they were served, told by what the lists had at their heads.

import { describe, expect, it } from 'vitest';
import { compileGuided } from '../../../../src/recording/program/guided.ts';
import { lateRequests } from '../../../../src/recording/program/late-requests.ts';
import type { Capture } from '../../../../src/recording/read/index.ts';
import {
  alloc,
  batched,
  briefly,
  drain,
  free,
  take,
  type WrittenLine,
  writtenCapture,
} from '../../../support/written.ts';

const PREEMPTS = 'Linux (none) 7.3.4';

function written(lines: readonly WrittenLine[], uname = PREEMPTS): Capture {
  return writtenCapture(lines, [], [], uname);
}

/** Own event and where it stands, of each request that is late. */
function stand(lines: readonly WrittenLine[], uname = PREEMPTS): (readonly [number, number])[] {
  const { before } = lateRequests(written(lines, uname));
  return [...before].flatMap(([at, own]) => own.map((event) => [event, at] as const));
}

const three: readonly WrittenLine[] = [
  ['c', '.....', free('3')],
  ['c', '.....', free('2')],
  ['c', '.....', free('1')],
];

describe('a request whose block another passed over', () => {
  const lines: WrittenLine[] = [
    ['a', '.....', alloc('9')],
    ...three,
    ['b', '.....', alloc('2')],
    ['a', '.....', alloc('1')],
  ];

  it('stands where the block came to the head, or where its task was seen last', () => {
    expect(stand(lines)).toEqual([[5, 4]]);
    const later: WrittenLine[] = [...three, ['a', '.....', alloc('1')], ...lines.slice(4)];
    expect(stand(later)).toEqual([]);
    const seen: WrittenLine[] = [
      ...three,
      ['a', '.....', 'sched_process_exec: filename=a pid=7 old_pid=7'],
      ['b', '.....', alloc('2')],
      ['a', '.....', alloc('1')],
    ];
    expect(stand(seen)).toEqual([[5, 4]]);
  });

  it('is compiled there', () => {
    expect(briefly(compileGuided(written(lines)).commands).map(([, frame]) => frame)).toEqual([
      9, 3, 2, 1, 1, 2,
    ]);
  });

  it('is nothing that a kernel does which does not preempt', () => {
    expect(stand(lines, 'Linux (none) 6.12.1')).toEqual([]);
  });

  it('waits for those above it, which have left too', () => {
    const two: WrittenLine[] = [
      ['a', '.....', alloc('9')],
      ['b', '.....', alloc('a')],
      ...three,
      ['c', '.....', alloc('3'), 500],
      ['b', '.....', alloc('2'), 501],
      ['a', '.....', alloc('1'), 502],
    ];
    expect(stand(two)).toEqual([
      [7, 5],
      [6, 5],
    ]);
  });

  it('stood before a block above it that stays', () => {
    expect(
      stand([
        ['a', '.....', alloc('9')],
        ...three,
        ['b', '.....', alloc('2')],
        ['c', 'd..3.', drain('1')],
      ]),
    ).toEqual([[4, 3]]);
  });
});

it('a request whose block lies under others that were freed later stood before them', () => {
  const lines: WrittenLine[] = [
    ['a', '.....', alloc('9')],
    ['c', '.....', free('2')],
    ['c', '.....', free('1')],
    ['c', '...2.', batched('1')],
    ['a', '.....', alloc('2')],
    ['c', 'd..3.', drain('1')],
  ];
  expect(stand(lines)).toEqual([[4, 2]]);
});

it('a request whose block a refill found on the list stood before it', () => {
  const lines: WrittenLine[] = [
    ['a', '.....', alloc('9')],
    ['c', '.....', free('1')],
    ['b', 'd..3.', take('5')],
    ['b', '.....', alloc('5')],
    ['a', '.....', alloc('1')],
  ];
  expect(stand(lines)).toEqual([[4, 2]]);
});

it('a block that is freed next had left without an event, and is in nobody’s way', () => {
  const lines: WrittenLine[] = [...three, ['a', '.....', alloc('2')], ['b', '.....', free('1')]];
  expect(stand(lines)).toEqual([]);
});
