/**
 * vHive's three tables: counts a minute, percentiles of durations, memory. Of a trace of counts they hold everything but the fixed
 * second of synthetic timers; of a recorded one the instants are lost.
 */
import { MS_PER_MINUTE } from '../abi/unit.ts';
import { PERCENTILE_HEADERS } from './azure-tables.ts';
import type { Trace, TraceFunction } from './trace.ts';
import { NEVER_OURS, type TraceWriter, csvCell, expectCalls, pieces } from './writer.ts';

const IDENTITY = 'HashOwner,HashApp,HashFunction';
/** Tables have no empty names. */
const NO_NAME = '-';

function identity({ owner, app, name }: TraceFunction): string {
  return [owner, app, name].map((text) => csvCell(text === '' ? NO_NAME : text)).join(',');
}

/** Cells of each function in order of time: `minutes` and `counts` from `firsts[id]` on. */
interface ByFunction {
  readonly firsts: Uint32Array;
  readonly minutes: Uint32Array;
  readonly counts: Uint32Array;
}

/** Each cell as minute, function and count, in order of time. */
function* cellsOf({ calls }: Trace): Generator<readonly [number, number, number], void> {
  if (calls.kind === 'recorded') {
    for (const [index, id] of calls.functionIds.entries()) {
      yield [Math.floor((calls.startMs[index] as number) / MS_PER_MINUTE), id, 1];
    }
    return;
  }
  for (let minute = 0; minute + 1 < calls.firstCells.length; minute++) {
    const last = calls.firstCells[minute + 1] as number;
    for (let cell = calls.firstCells[minute] as number; cell < last; cell++) {
      yield [minute, calls.functionIds[cell] as number, calls.counts[cell] as number];
    }
  }
}

function byFunction(trace: Trace): ByFunction {
  const size = trace.calls.functionIds.length;
  const firsts = new Uint32Array(trace.functions.length + 1);
  for (const id of trace.calls.functionIds) firsts[id + 1] = (firsts[id + 1] as number) + 1;
  for (let id = 0; id + 1 < firsts.length; id++) {
    firsts[id + 1] = (firsts[id + 1] as number) + (firsts[id] as number);
  }
  const cursors = firsts.slice();
  const minutes = new Uint32Array(size);
  const counts = new Uint32Array(size);
  for (const [minute, id, count] of cellsOf(trace)) {
    const target = cursors[id] as number;
    cursors[id] = target + 1;
    minutes[target] = minute;
    counts[target] = count;
  }
  return { firsts, minutes, counts };
}

function* countLines(
  trace: Trace,
  { firsts, minutes, counts }: ByFunction,
): Generator<string, void> {
  const length = trace.spanMs / MS_PER_MINUTE;
  const labels = Array.from({ length }, (_, minute) => minute + 1);
  yield `${IDENTITY},Trigger,${labels.join(',')}`;
  for (const fn of trace.functions) {
    const row = new Float64Array(length);
    const last = firsts[fn.id + 1] as number;
    for (let cell = firsts[fn.id] as number; cell < last; cell++) {
      const minute = minutes[cell] as number;
      row[minute] = (row[minute] as number) + (counts[cell] as number);
    }
    yield `${identity(fn)},${csvCell(fn.trigger ?? '')},${row.join(',')}`;
  }
}

function callsOf({ firsts, counts }: ByFunction, id: number): number {
  return counts.subarray(firsts[id], firsts[id + 1]).reduce((sum, count) => sum + count, 0);
}

function* durationLines(trace: Trace, cells: ByFunction): Generator<string, void> {
  yield `${IDENTITY},Average,Count,Minimum,Maximum,${PERCENTILE_HEADERS.join(',')}`;
  for (const fn of trace.functions) {
    const { averageMs, percentilesMs, maximumMs } = fn.durations;
    const head = [averageMs, callsOf(cells, fn.id), percentilesMs[0], maximumMs].join(',');
    yield `${identity(fn)},${head},${percentilesMs.join(',')}`;
  }
}

function* memoryLines(trace: Trace): Generator<string, void> {
  yield `${IDENTITY},SampleCount,AverageAllocatedMb`;
  for (const fn of trace.functions) yield `${identity(fn)},1,${fn.memoryMib}`;
}

const FILES = ['invocations.csv', 'durations.csv', 'memory.csv'] as const;

export const VHIVE_WRITER: TraceWriter = {
  name: 'vhive',
  sentence:
    'A vHive folder: calls a minute, percentiles of durations, memory; instants are not kept.',
  files: FILES.map((name) => ({ name, mark: NEVER_OURS })),
  render(trace) {
    expectCalls(trace);
    const cells = byFunction(trace);
    const tables = [countLines(trace, cells), durationLines(trace, cells), memoryLines(trace)];
    return FILES.map((name, index) => ({ name, content: pieces(tables[index] ?? []) }));
  },
};
