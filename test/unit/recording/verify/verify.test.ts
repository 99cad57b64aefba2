/** Scores of a run, with a port that is right and wrong where the test says. */

import { describe, expect, it } from 'vitest';

import * as P from '../../../../src/recording/program/program.ts';
import { verifyFreeRunning, verifyGuided } from '../../../../src/recording/verify/verify.ts';
import { emptyState, TraceScript } from '../../../support/recording.ts';

const CAPTURE = new TraceScript()
  .alloc(7, 5000, 0xcc0)
  .free(7, 5000)
  .alloc(8, 5001, 0xcc0)
  .finish();

function port(log: Partial<P.RunLog> = {}, end = emptyState()): P.AllocatorPort {
  return {
    load: () => {},
    save: () => end,
    run: (_, __, ___, into) => {
      into.mismatches.push(...(log.mismatches ?? []));
      into.refills.push(...(log.refills ?? []));
      into.drains.push(...(log.drains ?? []));
    },
  };
}

function commands(...ops: number[]): Uint32Array {
  const builder = new P.ProgramBuilder();
  ops.forEach((op, event) => builder.add(op, { order: event, cpu: 0 }, 5000 + event, 0, event));
  return builder.finish();
}

const GUIDED = {
  commands: commands(P.OP_POP, P.OP_REFILL, P.OP_DRAIN),
  confirmed: new Uint32Array(0),
  failedRequests: 0,
  bulkPages: 3,
  lateRequests: 0,
} as unknown as Parameters<typeof verifyGuided>[1];

describe('a guided run', () => {
  it('that is right everywhere has full scores and no divergence', () => {
    expect(verifyGuided(CAPTURE, GUIDED, port())).toMatchObject({
      events: 3,
      alloc: { exact: 1, total: 1 },
      refill: { exact: 1, total: 1 },
      drain: { exact: 1, total: 1 },
      freedTwice: 0,
      bulk: 3,
      divergences: [],
    });
  });

  it('counts a wrong command against its own score, and says all that is known of it', () => {
    const wrong = { mismatches: [1, 77, P.RESYNC_SPLIT] };
    const result = verifyGuided(CAPTURE, GUIDED, port(wrong));
    expect([result.alloc, result.refill, result.drain]).toEqual([
      { exact: 1, total: 1 },
      { exact: 0, total: 1 },
      { exact: 1, total: 1 },
    ]);
    expect(result.divergences).toEqual([
      {
        command: 1,
        event: 1,
        line: 2,
        kind: 'mm_page_free',
        timeUs: 1002,
        task: 'task7-7',
        zone: 0,
        order: 1,
        type: 0,
        expected: 5001,
        predicted: 77,
        resync: P.RESYNC_SPLIT,
      },
    ]);
  });

  it('counts allocations that a refill confirmed, and blocks that were freed twice', () => {
    const program = {
      ...GUIDED,
      commands: commands(P.OP_REFILL, P.OP_FREE),
      confirmed: Uint32Array.of(0, 0),
    };
    const wrong = { mismatches: [1, 5001, P.RESYNC_BUDDY] };
    const result = verifyGuided(CAPTURE, program, port(wrong));
    expect([result.alloc, result.freedTwice]).toEqual([{ exact: 1, total: 1 }, 1]);
  });

  it('compares the lists at the end with the recording’s', () => {
    const other = emptyState();
    const free = other.zones[0]?.free as Uint32Array[];
    const at = free.findIndex((list) => list.length > 0);
    free[at] = (free[at] as Uint32Array).toReversed();
    const { finalLists, listDifferences } = verifyGuided(CAPTURE, GUIDED, port({}, other));
    expect([finalLists, listDifferences.length]).toEqual([{ identical: 0, total: 1 }, 1]);
  });
});

describe('a free-running run', () => {
  const program = {
    commands: commands(P.OP_REQUEST, P.OP_RELEASE),
    // Event 0 and event 2 were taken by command 0, in this order.
    refills: Uint32Array.of(0, 0, 2, 0),
    drains: Uint32Array.of(1, 1),
    failedRequests: 0,
    bulkPages: 0,
    lateRequests: 0,
  };

  it('compares what lists took and gave, request by request and in order', () => {
    const right = { refills: [0, 5000, 0, 5001], drains: [1, 5000] };
    expect(verifyFreeRunning(CAPTURE, program, port(right))).toMatchObject({
      alloc: { exact: 1, total: 1 },
      refill: { exact: 2, total: 2 },
      drain: { exact: 1, total: 1 },
    });
    const swapped = { refills: [0, 5001, 0, 5000], drains: [0, 5000] };
    expect(verifyFreeRunning(CAPTURE, program, port(swapped))).toMatchObject({
      refill: { exact: 0, total: 2 },
      drain: { exact: 0, total: 1 },
    });
  });

  it('counts what was freed twice', () => {
    const wrong = { mismatches: [1, 5000, 0] };
    expect(verifyFreeRunning(CAPTURE, program, port(wrong)).freedTwice).toBe(1);
  });
});
