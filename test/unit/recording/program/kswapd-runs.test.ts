// When kswapd's runs begin and end, and for which zones, on made traces.

import { describe, expect, it } from 'vitest';
import { KswapdRuns } from '../../../../src/recording/program/kswapd-runs.ts';
import * as P from '../../../../src/recording/program/program.ts';
import * as T from '../../../../src/recording/read/index.ts';
import {
  type WrittenLine,
  free,
  kswapdWake,
  take,
  wakeup,
  writtenCapture,
  writtenZones,
} from '../../../support/written.ts';

/** Event, zone and operand of each RECLAIM of a trace without probes. */
function runsOf(lines: readonly WrittenLine[]): number[][] {
  const capture = writtenCapture(lines);
  const { trace } = capture;
  const runs = new KswapdRuns(trace, writtenZones(capture), false);
  const out = new P.ProgramBuilder();
  for (let i = 0; i < trace.count; i += 1) {
    runs.before(out, i);
    if (trace.kind[i] === T.EVENT_WAKEUP_KSWAPD) runs.wake(i);
    else if (trace.kind[i] === T.EVENT_KSWAPD_WAKE) runs.begin(out, i);
  }
  const commands = out.finish();
  return Array.from({ length: P.commandCount(commands) }, (_, at) => [
    P.eventOf(commands, at),
    P.shapeOf(commands, at).zone,
    P.operandOf(commands, at),
  ]);
}

const DMA = 0;
const DMA32 = 1;
const NORMAL = 2;

describe('a run of kswapd', () => {
  it('is over after its last event, and cares for the zones that the request may use', () => {
    expect(
      runsOf([
        ['sh', '.....', wakeup('GFP_KERNEL')],
        ['kswapd0', '.....', kswapdWake],
        ['sh', '.....', free('1')],
        ['kswapd0', '.....', free('2')],
        ['sh', '.....', free('3')],
      ]),
    ).toEqual([
      [1, NORMAL, P.RECLAIM_BEGINS],
      [4, NORMAL, P.RECLAIM_ENDS],
      [4, NORMAL, P.RECLAIM_SLEEPS],
    ]);
  });

  it('for a boost cares for the zone of the block that was claimed', () => {
    const lines: WrittenLine[] = [
      ['sh', 'd..3.', take('1')],
      ['sh', '.....', wakeup('none')],
      ['kswapd0', '.....', kswapdWake],
    ];
    const [begun] = runsOf(lines);
    expect(begun).toEqual([2, writtenZones(writtenCapture([])).zoneOf(1), 1]);
    expect([DMA, DMA32]).toContain(begun?.[1]);
  });

  it('ends where the next begins', () => {
    expect(
      runsOf([
        ['kswapd0', '.....', kswapdWake],
        ['kswapd0', '.....', kswapdWake],
        ['sh', '.....', free('1')],
      ]).map(([event, , operand]) => [event, operand]),
    ).toEqual([
      [0, 1],
      [1, 0],
      [1, 2],
      [1, 1],
      [2, 0],
      [2, 2],
    ]);
  });
});
