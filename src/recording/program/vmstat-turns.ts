// When the vmstat worker had its turns. It lowers every per-cpu `high` once a second, mostly
// without an event: the silent turns are placed that far apart, in step with those that drained
// something (docs/recordings.md).

import { US_PER_S } from '../../core/index.ts';
import * as T from '../read/index.ts';
import { depthOf, isInterrupt, type KernelTrace, timeOf } from '../read/index.ts';

/** From turn to turn in the mean: whole seconds of jiffies, which the timer wheel rounds up to 8 ticks (248, 248, 248, 256 of 4 ms). */
const TURN_US = US_PER_S;
/** The longest of them. Where no turn shows, when they come is a guess anyway. */
const GUESSED_TURN_US = 1_024_000;
/** Drains this close belong to one turn. */
const SAME_TURN_US = 200_000;
/** From a contiguous allocation's drain to its migration. */
const CONTIG_US = 50_000;

/** A drain at depth 2 by a worker thread: the per-cpu lock and the zone's, nothing else. */
export function isVmstatDrain(trace: KernelTrace, event: number): boolean {
  if (trace.kind[event] !== T.EVENT_DRAIN || depthOf(trace, event) !== 2) return false;
  const comm = trace.tasks[trace.task[event] ?? 0]?.comm ?? '';
  return comm.startsWith('kworker') && !isInterrupt(trace, event);
}

/** Drains of a contiguous allocation: the same task reports its migration next. */
export function drainsForContig(trace: KernelTrace, event: number): boolean {
  const task = trace.task[event];
  let i = event;
  while (i < trace.count && (trace.task[i] !== task || trace.kind[i] === T.EVENT_DRAIN)) i += 1;
  const isSoon = i < trace.count && timeOf(trace, i) - timeOf(trace, event) < CONTIG_US;
  return isSoon && trace.kind[i] === T.EVENT_MIGRATE;
}

/** Turns that drained something, by their first drain. */
function seenTurns(trace: KernelTrace, first: number, end: number): number[] {
  const seen: number[] = [];
  let lastUs = Number.NEGATIVE_INFINITY;
  for (let i = first; i < end; i += 1) {
    if (!isVmstatDrain(trace, i) || drainsForContig(trace, i)) continue;
    const timeUs = timeOf(trace, i);
    if (timeUs - lastUs > SAME_TURN_US) seen.push(i);
    lastUs = timeUs;
  }
  return seen;
}

/** Times of the silent turns: a period apart, in step with those at the times `seenUs`. */
function silentTimes(
  seenUs: readonly number[],
  { startUs, endUs, phaseUs }: { startUs: number; endUs: number; phaseUs: number },
): number[] {
  const anchors = [...seenUs];
  const [firstUs] = anchors;
  const turnUs = firstUs === undefined ? GUESSED_TURN_US : TURN_US;
  if (firstUs === undefined) anchors.push(startUs + phaseUs - turnUs);
  else anchors.unshift(firstUs - Math.ceil((firstUs - startUs) / turnUs) * turnUs);
  const times: number[] = [];
  anchors.forEach((anchor, i) => {
    const next = anchors[i + 1] ?? endUs;
    const isLast = i + 1 === anchors.length;
    const periods = (next - anchor) / turnUs;
    const turns = isLast ? Math.floor(periods) : Math.round(periods) - 1;
    const step = isLast ? turnUs : (next - anchor) / (turns + 1);
    for (let turn = 1; turn <= turns; turn += 1) times.push(anchor + turn * step);
  });
  return times;
}

/**
 * The events before which the worker has a turn, ascending, an event once a turn: the turns that the
 * trace shows, and the silent ones between, before and after them. `phaseUs`: when the first one
 * comes after the start if the trace shows none.
 */
export function vmstatTurns(
  trace: KernelTrace,
  { first, end }: { readonly first: number; readonly end: number },
  phaseUs: number,
): number[] {
  const turns = seenTurns(trace, first, end);
  const startUs = timeOf(trace, first);
  const endUs = timeOf(trace, end - 1);
  const seenUs = turns.map((turn) => timeOf(trace, turn));
  let at = first;
  for (const timeUs of silentTimes(seenUs, { startUs, endUs, phaseUs })) {
    while (at < end && timeOf(trace, at) < timeUs) at += 1;
    if (at < end && timeUs >= startUs) turns.push(at);
  }
  return turns.toSorted((a, b) => a - b);
}
