// Which requests had reclaimed before they were served, and when they were refused, on made traces.

import { describe, expect, it } from 'vitest';
import { requestsAgain } from '../../../../src/recording/program/requests-again.ts';
import {
  type WrittenLine,
  alloc,
  extraLine,
  free,
  writtenCapture,
} from '../../../support/written.ts';

const begin = 'mm_vmscan_direct_reclaim_begin: order=0 gfp_flags=GFP_KERNEL';
const end = 'mm_vmscan_direct_reclaim_end: nr_reclaimed=64';
const drains = 'drainpages: (f+0x0/0x70) cpu=0 zone=0xff1100001fc8a680';

/** Events of requests made again, and those of the second trace at which one was refused, by their numbers. */
function again(lines: readonly WrittenLine[], ...probes: (readonly [number, string])[]) {
  const extra = probes.map(([seconds, event]) => extraLine(seconds, event));
  const capture = writtenCapture(lines, [], extra);
  const { requests, refused } = requestsAgain(capture.trace, capture.extra.events);
  const events = capture.extra.events;
  return {
    requests: [...requests],
    refused: [...refused].map(([event, request]) => [events.indexOf(event), request]),
  };
}

describe('a request whose task has reclaimed', () => {
  it('was refused when that began, and is served by the attempt after it', () => {
    const lines: WrittenLine[] = [
      ['sh', '.....', alloc('1'), 0],
      ['sh', '..s1.', alloc('2'), 300_000],
      ['sh', '.....', alloc('3'), 400_000],
      ['sh', '.....', alloc('4'), 500_000],
    ];
    expect(again(lines, [1.1, begin], [1.2, end])).toEqual({ requests: [2], refused: [[0, 2]] });
  });

  it('is not one that the task makes while it reclaims', () => {
    const lines: WrittenLine[] = [
      ['sh', '.....', alloc('1'), 150_000],
      ['sh', '.....', alloc('2'), 300_000],
    ];
    expect(again(lines, [1.1, begin], [1.2, end])).toEqual({ requests: [1], refused: [[0, 1]] });
  });

  it('was refused again where it drained the lists or reclaimed once more', () => {
    const lines: WrittenLine[] = [['sh', '.....', alloc('3'), 900_000]];
    expect(again(lines, [1.1, begin], [1.2, end], [1.3, drains], [1.4, begin], [1.5, end])).toEqual(
      {
        requests: [0],
        refused: [
          [0, 0],
          [1, 0],
          [3, 0],
        ],
      },
    );
  });

  it('was refused again where its task freed pages behind the reclaim, as a balloon does that gives back', () => {
    const lines: WrittenLine[] = [
      ['sh', '.....', free('9'), 100_000],
      ['sh', '.....', free('8'), 300_000],
      ['sh', '.....', alloc('3'), 900_000],
    ];
    expect(again(lines, [1.05, begin], [1.2, end])).toEqual({
      requests: [2],
      refused: [
        [0, 2],
        [1, 2],
      ],
    });
  });
});

it('without a second trace no request is known to have reclaimed', () => {
  expect(again([['sh', '.....', alloc('1')]])).toEqual({ requests: [], refused: [] });
});
