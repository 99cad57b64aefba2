// When the vmstat worker had its turns. It lowers every per-cpu `high` once a second, mostly
// without an event: the silent turns are placed that far apart, in step with those that drained
// something (docs/recordings.md).

import { US_PER_S } from '../../core/index.ts';
import * as T from '../read/index.ts';
import { depthOf, isInterrupt, type KernelTrace, timeOf } from '../read/index.ts';

/** From turn to turn in the mean: whole seconds of jiffies. */
const TURN_US = US_PER_S;
/**
 * The timer wheel rounds up to 8 ticks of 4 ms: turns are 248, 248, 248 and 256 of them apart, over and over. Which gap follows
 * a turn no trace says; one turn on it is 248 in three of four cases, three turns on 752 in three of four. By turn from the
 * one that is known, modulo 4: how far they lie from whole seconds.
 */
const STEPS_US = [0, -8_000, 16_000, 8_000];
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

/** How far a time lies behind a grid of whole turns. */
function lateness(timeUs: number, phaseUs: number): number {
  return (((timeUs - phaseUs) % TURN_US) + TURN_US) % TURN_US;
}

/** The seen turn that was least late. None comes before its time: all together follow the grid most closely from there. */
function punctual(seenUs: readonly number[]): number {
  const late = (phaseUs: number): number =>
    seenUs.reduce((sum, timeUs) => sum + lateness(timeUs, phaseUs), 0);
  return seenUs.reduce((best, next) => (late(next) < late(best) ? next : best));
}

/** Times of the silent turns: all places of the grid at which no turn was seen. */
function silentTimes(seenUs: readonly number[], startUs: number, endUs: number): number[] {
  const anchorUs = punctual(seenUs);
  const turnsTo = (timeUs: number): number => Math.round((timeUs - anchorUs) / TURN_US);
  const placeOf = (turn: number): number =>
    anchorUs + turn * TURN_US + (STEPS_US.at(turn % STEPS_US.length) ?? 0);
  const taken = new Set(
    seenUs.map((timeUs) => {
      const turn = Math.ceil((timeUs - anchorUs) / TURN_US);
      return placeOf(turn) <= timeUs ? turn : turn - 1;
    }),
  );
  const times: number[] = [];
  for (let turn = turnsTo(startUs); turn <= turnsTo(endUs); turn += 1) {
    if (!taken.has(turn)) times.push(placeOf(turn));
  }
  return times.filter((timeUs) => timeUs >= startUs && timeUs <= endUs);
}

/** The same where no turn shows: when they come is a guess. */
function guessedTimes(startUs: number, endUs: number): number[] {
  const times: number[] = [];
  for (let at = startUs; at <= endUs; at += GUESSED_TURN_US) times.push(at);
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
  const silent =
    seenUs.length === 0
      ? guessedTimes(startUs + phaseUs, endUs)
      : silentTimes(seenUs, startUs, endUs);
  let at = first;
  for (const timeUs of silent) {
    while (at < end && timeOf(trace, at) < timeUs) at += 1;
    if (at < end) turns.push(at);
  }
  return turns.toSorted((a, b) => a - b);
}
