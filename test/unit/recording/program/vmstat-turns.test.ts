// When the vmstat worker had its turns, on made traces.

import { describe, expect, it } from 'vitest';
import { vmstatTurns } from '../../../../src/recording/program/vmstat-turns.ts';
import { type KernelTrace, recordedSpan } from '../../../../src/recording/read/index.ts';
import { TraceReader } from '../../../../src/recording/read/trace-text.ts';

type Line = readonly [task: string, seconds: string, event: string];

function traceOf(lines: readonly Line[]): KernelTrace {
  const reader = new TraceReader('trace.txt', [{ start: 0, end: 4096 }]);
  const text = lines.map(
    ([task, time, event]) => `${task.padStart(16)}-7       [000] d..2.     ${time}: ${event}\n`,
  );
  reader.push(new TextEncoder().encode(text.join('')));
  return reader.finish();
}

const free = 'mm_page_free: page=0 pfn=0x1 order=0';
const drain = 'mm_page_pcpu_drain: page=0 pfn=0x5 order=0 migratetype=1';
const migrate =
  'mm_migrate_pages: nr_succeeded=1 nr_failed=0 nr_thp_succeeded=0 nr_thp_failed=0 nr_thp_split=0 nr_split=0 mode=MIGRATE_SYNC reason=contig_range';

function turnsOf(lines: readonly Line[], phaseUs = 0): number[] {
  const trace = traceOf(lines);
  return vmstatTurns(trace, recordedSpan(trace), { cpus: 1, phaseUs }).map(({ event }) => event);
}

describe('turns of the vmstat worker', () => {
  it('come before and after one that drained something, as the clock has it', () => {
    const lines: Line[] = [
      ['sh', '1.000000', free],
      ['sh', '1.100000', free],
      ['kworker/0:1', '2.048000', drain],
      ['kworker/0:1', '2.048100', drain],
      ['sh', '3.071000', free],
      ['sh', '3.073000', free],
    ];
    // 1.056 s is before event 1, 2.048 s is seen, 3.072 s is before event 5.
    expect(turnsOf(lines)).toEqual([1, 2, 5]);
  });

  it('keep to one seen at work, whatever the late ones of a machine that slept', () => {
    const lines: Line[] = [
      ['sh', '1.000000', free],
      ['kworker/0:1', '1.500000', drain],
      ['sh', '2.255000', free],
      ['sh', '2.270000', free],
      ['sh', '2.285000', free],
      ['kworker/0:1', '2.300000', drain],
      ['sh', '3.323000', free],
      ['sh', '3.325000', free],
      ['kworker/0:1', '4.500000', drain],
      ['sh', '5.500000', free],
    ];
    // Of 0.5, 0.3 and 0.5 s in their seconds 0.3 s is the clock. 3.324 s is silent, and so is 5.308 s.
    expect(turnsOf(lines)).toEqual([1, 5, 7, 8, 9]);
  });

  it('come on each CPU, 3 jiffies sooner than on the one before where the timer wheel has it so', () => {
    const lines: Line[] = [
      ['sh', '1.000000', free],
      ['kworker/0:1', '2.048000', drain],
      ['sh', '3.059000', free],
      ['sh', '3.065000', free],
      ['sh', '3.073000', free],
    ];
    const trace = traceOf(lines);
    const turns = vmstatTurns(trace, recordedSpan(trace), { cpus: 2, phaseUs: 0 });
    expect(turns.filter(({ cpu }) => cpu === 0).map(({ event }) => event)).toEqual([1, 1, 4]);
    // 2.048 s and 3.040 s: 32 ms sooner
    expect(turns.filter(({ cpu }) => cpu === 1).map(({ event }) => event)).toEqual([1, 1, 2]);
  });

  it('come by the phase when none shows', () => {
    const lines: Line[] = [
      ['sh', '1.000000', free],
      ['sh', '1.400000', free],
      ['sh', '1.600000', free],
      ['sh', '2.600000', free],
    ];
    expect(turnsOf(lines, 500_000)).toEqual([2, 3]);
  });

  it('are not the drains of a task that takes a contiguous range', () => {
    const lines: Line[] = [
      ['sh', '1.000000', free],
      ['kworker/0:1', '1.300000', drain],
    ];
    expect(turnsOf(lines, 900_000)).toEqual([1]);
    expect(turnsOf([...lines, ['kworker/0:1', '1.301000', migrate]], 900_000)).toEqual([]);
  });
});
