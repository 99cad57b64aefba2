// Which of a trace's events the allocator is told, and which ones it has to find by itself, on made traces.

import { describe, expect, it } from 'vitest';
import { compileFreeRunning } from '../../../../src/recording/program/free-running.ts';
import { ZONE_DMA32, ZONE_NORMAL } from '../../../../src/core/index.ts';
import * as P from '../../../../src/recording/program/program.ts';
import {
  type WrittenLine,
  alloc,
  briefly,
  bulkBegin,
  bulkEnd,
  drain,
  extraLine,
  failed,
  fallback,
  free,
  kswapdWake,
  migrated,
  take,
  wakeup,
  writtenCapture,
} from '../../../support/written.ts';

const HIGHMEM = 2;

/** The worker has no turn before 0.9 s unless the test says so. */
function compiled(lines: readonly WrittenLine[], phaseUs = 900_000) {
  const { commands, refills, drains, ...rest } = compileFreeRunning(writtenCapture(lines), phaseUs);
  return { commands: briefly(commands), refills: [...refills], drains: [...drains], ...rest };
}

describe('a request', () => {
  it('is told with its mask and answered with the blocks that its flow took before it', () => {
    const { commands, refills } = compiled([
      ['sh', 'd..3.', take('1')],
      ['sh', 'd.s3.', take('5')],
      ['sh', 'd..3.', take('2')],
      ['sh', '.....', alloc('1')],
      ['sh', '..s..', alloc('5')],
      ['sh', '.....', alloc('2')],
    ]);
    expect(commands).toEqual([
      [P.OP_REQUEST, 1, HIGHMEM],
      [P.OP_REQUEST, 5, HIGHMEM],
      [P.OP_REQUEST, 2, HIGHMEM],
    ]);
    expect(refills).toEqual([0, 0, 1, 1, 2, 0]);
  });

  it('stands where its first block was taken, before what others did until its own event', () => {
    const { commands } = compiled([
      ['khugepaged', 'd..3.', take('200', 9)],
      ['sh', '.....', alloc('1')],
      ['khugepaged', '.....', alloc('200', 9)],
    ]);
    expect(commands).toEqual([
      [P.OP_REQUEST, 0x200, HIGHMEM],
      [P.OP_REQUEST, 1, HIGHMEM],
    ]);
  });

  it('whose page the trace does not show is none', () => {
    const { commands, refills } = compiled([['sh', 'd..3.', take('1')]]);
    expect([commands, refills]).toEqual([[], []]);
  });

  it('that took its block past the per-cpu lists is that take alone', () => {
    const { commands, refills } = compiled([
      ['sh', 'd..1.', take('1')],
      ['sh', '.....', alloc('1')],
      ['sh', '.....', alloc('1')],
    ]);
    expect(commands).toEqual([
      [P.OP_TAKE, 1, 0],
      [P.OP_REQUEST, 1, HIGHMEM],
    ]);
    expect(refills).toEqual([]);
  });

  it('takes a block of another type by a fallback, whether or not a take shows it too', () => {
    const { refills } = compiled([
      ['sh', 'd..3.', take('40')],
      ['sh', 'd..3.', fallback('40', 6, 1)],
      ['sh', 'd..3.', fallback('80', 3, 0)],
      ['sh', '.....', alloc('40')],
    ]);
    expect(refills).toEqual([0, 0, 2, 0]);
  });

  it('of an order without a list is one; one that failed is counted, and its zones are told', () => {
    const { commands, failedRequests } = compiled([
      ['sh', 'd..1.', take('40', 5)],
      ['sh', '.....', alloc('40', 5)],
      ['sh', '.....', failed],
    ]);
    expect(commands).toEqual([
      [P.OP_REQUEST, 0x40, HIGHMEM],
      [P.OP_REFUSED, 0, HIGHMEM],
    ]);
    expect(failedRequests).toBe(1);
  });
});

describe('a bulk call', () => {
  it('asks for the pages that show no event, and has what was taken for it', () => {
    const { commands, refills, bulkPages } = compiled([
      ['sh', '.....', bulkBegin(4)],
      ['sh', 'd..3.', take('1')],
      ['sh', '.....', bulkEnd(4)],
      ['sh', 'd..3.', take('2')],
      ['sh', '.....', bulkEnd(0)],
    ]);
    expect(commands).toEqual([[P.OP_REQUEST_BULK, 4, 0x2dc2]]);
    expect([refills, bulkPages]).toEqual([[1, 0], 4]);
  });

  it('of which every page shows is none', () => {
    const { commands, bulkPages } = compiled([
      ['sh', '.....', bulkBegin(1)],
      ['sh', '.....', alloc('9')],
      ['sh', '.....', bulkEnd(1)],
    ]);
    expect([commands, bulkPages]).toEqual([[[P.OP_REQUEST, 9, HIGHMEM]], 0]);
  });
});

describe('a free', () => {
  it('has the pages that drained from it, block by block, and is not told how many', () => {
    const { commands, drains } = compiled([
      ['sh', '.....', free('1')],
      ['sh', 'd..3.', drain('5')],
      ['sh', 'd..3.', drain('6')],
      ['sh', '.....', free('2')],
    ]);
    expect(commands).toEqual([
      [P.OP_RELEASE, 1, 0],
      [P.OP_RELEASE, 2, 0],
    ]);
    expect(drains).toEqual([1, 0, 2, 0]);
  });

  it('in an interrupt that found the lists’ lock taken goes past them', () => {
    const { commands } = compiled([
      ['sh', '.....', free('1')],
      ['sh', 'd..3.', drain('5')],
      ['sh', '..s3.', free('2')],
    ]);
    expect(commands).toEqual([
      [P.OP_RELEASE, 1, 0],
      [P.OP_FREE, 2, P.FREE_DIRECT],
    ]);
  });
});

describe('the vmstat worker', () => {
  it('has its turns when it is due, and what it drained is its turn’s', () => {
    const { commands, drains } = compiled([
      ['sh', '.....', free('1'), 0],
      ['kworker/0:1', 'd..2.', drain('5'), 500_000],
      ['kworker/0:1', 'd..2.', drain('6'), 500_001],
    ]);
    expect(commands).toEqual([
      [P.OP_RELEASE, 1, 0],
      [P.OP_DECAY, 0, 0],
    ]);
    expect(drains).toEqual([1, 1, 2, 1]);
  });

  it('has silent turns by the phase', () => {
    const lines: WrittenLine[] = [
      ['sh', '.....', free('1'), 0],
      ['sh', '.....', free('2'), 400_000],
    ];
    expect(compiled(lines, 300_000).commands).toEqual([
      [P.OP_RELEASE, 1, 0],
      [P.OP_DECAY, 0, 0],
      [P.OP_RELEASE, 2, 0],
    ]);
    expect(compiled(lines, 500_000).commands).toHaveLength(2);
  });
});

/** The zone of a written recording is DMA32: the lowest address of a zone is its. */
function probed(lines: readonly WrittenLine[], extra: readonly string[]) {
  const capture = writtenCapture(lines, [], extra);
  const { commands, drains } = compileFreeRunning(capture, 0);
  return { capture, commands: briefly(commands), drains: [...drains], words: commands };
}

describe('a recording with a second trace', () => {
  it('has the turns that it shows and no others, each with its zone and CPU', () => {
    const { commands, drains, words } = probed(
      [
        ['sh', '.....', free('1'), 0],
        ['kworker/0:1', 'd..2.', drain('5'), 400_000],
        ['sh', '.....', free('2'), 999_999],
      ],
      [
        extraLine(1.3, 'decay: (f+0x4/0xa0) zone=0xff11000000001000', 1),
        extraLine(1.9, 'decay: (f+0x4/0xa0) zone=0xff11000000001600'),
      ],
    );
    expect(commands).toEqual([
      [P.OP_RELEASE, 1, 0],
      [P.OP_DECAY, 0, 0],
      [P.OP_DECAY, 0, 0],
      [P.OP_RELEASE, 2, 0],
    ]);
    expect(P.shapeOf(words, 1)).toMatchObject({ zone: ZONE_DMA32, cpu: 1 });
    expect(P.shapeOf(words, 2)).toMatchObject({ zone: ZONE_NORMAL, cpu: 0 });
    expect(drains).toEqual([1, 1]);
  });

  it('has the emptied lists of one CPU', () => {
    const { commands, drains, words } = probed(
      [
        ['kworker/0:1', 'd..3.', drain('5'), 400_000],
        ['sh', '.....', free('2'), 999_999],
      ],
      [extraLine(1.3, 'drainpages: (f+0x0/0x70) cpu=2 zone=0xff11000000001000')],
    );
    expect(commands[0]).toEqual([P.OP_DRAIN_ALL, 0, P.DRAIN_CPU_ZONE]);
    expect(P.shapeOf(words, 0)).toMatchObject({ zone: ZONE_DMA32, cpu: 2 });
    expect(drains).toEqual([0, 0]);
  });

  it('has the end of kswapd’s run', () => {
    const { commands } = probed(
      [
        ['sh', '.....', wakeup('GFP_KERNEL'), 0],
        ['kswapd0', '.....', kswapdWake, 1],
        ['kswapd0', '.....', free('1'), 2],
        ['sh', '.....', free('2'), 300_000],
        ['sh', '.....', free('3'), 600_000],
      ],
      [
        extraLine(1.5, 'kcw: (f+0x4/0x160) order=9'),
        extraLine(1.55, 'mm_vmscan_kswapd_sleep: nid=0'),
      ],
    );
    expect(commands.map(([op, , operand]) => [op, operand])).toEqual([
      [P.OP_RECLAIM, P.RECLAIM_BEGINS],
      [P.OP_RELEASE, 0],
      [P.OP_RELEASE, 0],
      [P.OP_RECLAIM, P.RECLAIM_ENDS],
      [P.OP_RECLAIM, P.RECLAIM_SLEEPS],
      [P.OP_RELEASE, 0],
    ]);
  });

  it('has who is killed for want of memory: what that task requests from then on may use reserves', () => {
    const { commands } = probed(
      [
        ['sh', '.....', alloc('1'), 0],
        ['sh', '.....', alloc('2'), 2],
      ],
      [extraLine(1.000_001, 'mark_victim: pid=7 comm=sh total-vm=73940kB')],
    );
    expect(commands.map(([op]) => op)).toEqual([P.OP_REQUEST, P.OP_VICTIM, P.OP_REQUEST]);
  });
});

describe('emptied lists', () => {
  it('are those of all zones, once for drains that follow each other', () => {
    const { commands, drains } = compiled([
      ['sh', 'd..2.', drain('5'), 0],
      ['sh', 'd..2.', drain('6'), 10_000],
      ['sh', 'd..2.', drain('7'), 29_999],
      ['sh', 'd..2.', drain('8'), 50_000],
    ]);
    expect(commands).toEqual([
      [P.OP_DRAIN_ALL, 0, 0],
      [P.OP_DRAIN_ALL, 0, 0],
    ]);
    expect(drains).toEqual([0, 0, 1, 0, 2, 0, 3, 1]);
  });

  it('are those of one zone before a contiguous range is taken, by a worker too', () => {
    const { commands } = compiled([
      ['kworker/0:1', 'd..2.', drain('5')],
      ['kworker/0:1', '.....', migrated(0, 0, 'contig_range')],
    ]);
    expect(commands).toContainEqual([P.OP_DRAIN_ALL, 0, 1]);
    expect(commands.map(([op]) => op)).not.toContain(P.OP_DECAY);
  });
});

describe('memory that came online', () => {
  const online: WrittenLine = ['sh', '.....', free('8000', 10), 0];

  it('changes sizes when its task goes on', () => {
    const { commands } = compiled([
      online,
      ['sh', '.....', free('8400', 10), 1],
      ['other', '.....', free('1'), 2],
      ['sh', '.....', free('2'), 3],
      ['sh', '.....', free('3'), 4],
    ]);
    expect(commands.map(([op]) => op)).toEqual([
      P.OP_ONLINE,
      P.OP_ONLINE,
      P.OP_RELEASE,
      P.OP_RETUNE,
      P.OP_RELEASE,
      P.OP_RELEASE,
    ]);
  });

  it('or after a while', () => {
    const { commands } = compiled([
      online,
      ['other', '.....', free('1'), 19_999],
      ['other', '.....', free('2'), 20_000],
    ]);
    expect(commands.map(([op]) => op)).toEqual([
      P.OP_ONLINE,
      P.OP_RELEASE,
      P.OP_RETUNE,
      P.OP_RELEASE,
    ]);
  });
});
