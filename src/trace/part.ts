/**
 * One of several parts of a trace that have all of its calls between them, each function's in one part. Functions keep their ids, and
 * their calls are those of the whole.
 */
import { RefusedArgument, expectInteger, expectObject, expectText } from '../check/index.ts';
import { sharedUint32 } from './shared.ts';
import { type CountedCalls, type RecordedCalls, type Trace, expectTrace } from './trace.ts';

/** More than anybody has cores. */
const PARTS_MAX = 10_000;

/** One of the parts that a trace is divided into by function. */
export interface TracePart {
  /** From 1. */
  readonly number: number;
  /** How many there are. */
  readonly of: number;
}

/** `2/4`: the second of four. Throws RefusedArgument. */
export function parsePart(text: string): TracePart {
  const [, number = '', of = ''] = /^(\d+)\/(\d+)$/.exec(expectText('part', text)) ?? [];
  const part = { number: Number(number), of: Number(of) };
  if (part.number >= 1 && part.number <= part.of && part.of <= PARTS_MAX) return part;
  throw new RefusedArgument('part', `one of so many, such as 1/4 (at most ${PARTS_MAX})`, text);
}

function callsOf({ calls, functions }: Trace): Float64Array {
  const sums = new Float64Array(functions.length);
  const counts = calls.kind === 'counted' ? calls.counts : undefined;
  calls.functionIds.forEach((id, at) => (sums[id]! += counts?.[at] ?? 1));
  return sums;
}

/** By function: its part, from 1. The most called go first, each to the part that has fewest calls. */
function deal(trace: Trace, of: number): Uint32Array {
  const sums = callsOf(trace);
  const order = [...sums.keys()].toSorted((a, b) => sums[b]! - sums[a]! || a - b);
  const loads = new Float64Array(of);
  const parts = new Uint32Array(sums.length);
  for (const id of order) {
    const least = loads.indexOf(Math.min(...loads));
    loads[least]! += sums[id]!;
    parts[id] = least + 1;
  }
  return parts;
}

function kept(values: Uint32Array, isKept: (at: number) => boolean): Uint32Array {
  const out = sharedUint32(values.length);
  let size = 0;
  values.forEach((value, at) => {
    if (isKept(at)) out[size++] = value;
  });
  return out.subarray(0, size);
}

function countsOf(calls: CountedCalls, isKept: (at: number) => boolean): CountedCalls {
  const firstCells = calls.firstCells.slice();
  let size = 0;
  for (let minute = 0; minute + 1 < firstCells.length; minute += 1) {
    const [first, last] = [calls.firstCells[minute]!, calls.firstCells[minute + 1]!];
    for (let cell = first; cell < last; cell += 1) if (isKept(cell)) size += 1;
    firstCells[minute + 1] = size;
  }
  const [functionIds, counts] = [calls.functionIds, calls.counts].map((one) => kept(one, isKept));
  return { ...calls, firstCells, functionIds: functionIds!, counts: counts! };
}

function rowsOf(calls: RecordedCalls, isKept: (at: number) => boolean): RecordedCalls {
  return {
    ...calls,
    startMs: calls.startMs.filter((_, at) => isKept(at)),
    functionIds: calls.functionIds.filter((_, at) => isKept(at)),
    durationMs: calls.durationMs.filter((_, at) => isKept(at)),
  };
}

/**
 * The trace with the calls of one part's functions only; all functions keep their ids.
 * Throws RefusedArgument for a part that is not there.
 */
export function partOf(trace: Trace, part: TracePart): Trace {
  const { number, of } = expectObject('part', part);
  expectInteger('part', number, 1, expectInteger('part: of', of, 1, PARTS_MAX));
  const parts = deal(expectTrace(trace), of);
  const { calls } = trace;
  const isKept = (at: number): boolean => parts[calls.functionIds[at]!] === number;
  const own = calls.kind === 'counted' ? countsOf(calls, isKept) : rowsOf(calls, isKept);
  const sums = callsOf({ ...trace, calls: own });
  return { ...trace, calls: own, invocations: sums.reduce((sum, one) => sum + one, 0) };
}
