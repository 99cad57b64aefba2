// When the vmstat worker had its turns. It lowers every per-cpu `high` once a second, mostly
// without an event: the silent turns are placed by the clock that those which drained something tell
// (turn-clock.ts).

import * as T from '../read/index.ts';
import { depthOf, isInterrupt, type KernelTrace, timeOf } from '../read/index.ts';
import { type SeenTurn, silentTurns } from './turn-clock.ts';

/** The longest way from one to the next. Where no turn shows, when they come is a guess anyway. */
const GUESSED_TURN_US = 1_024_000;
/** Drains this close belong to one turn. */
const SAME_TURN_US = 200_000;
/** A machine without a pause as long, for as long before a turn, was awake when its timer expired. */
const PAUSE_US = 20_000;
const AWAKE_US = 40_000;
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

/** Whether the machine was at work for a while before an event. */
function isAwake(trace: KernelTrace, event: number): boolean {
  let later = timeOf(trace, event);
  const sinceUs = later - AWAKE_US;
  for (let i = event - 1; i >= 0; i -= 1) {
    const timeUs = timeOf(trace, i);
    if (later - timeUs > PAUSE_US) return false;
    if (timeUs < sinceUs) return true;
    later = timeUs;
  }
  return false;
}

/** A turn that drained something, by its first drain. */
interface DrainTurn extends SeenTurn {
  readonly event: number;
}

/** Those between two events. */
export function drainTurns(
  trace: KernelTrace,
  { first, end }: { readonly first: number; readonly end: number },
): DrainTurn[] {
  const seen: DrainTurn[] = [];
  const lastUs: number[] = [];
  for (let event = first; event < end; event += 1) {
    if (!isVmstatDrain(trace, event) || drainsForContig(trace, event)) continue;
    const timeUs = timeOf(trace, event);
    const cpu = trace.cpu[event] ?? 0;
    if (timeUs - (lastUs[cpu] ?? -Infinity) > SAME_TURN_US) {
      seen.push({ event, cpu, timeUs, isAwake: isAwake(trace, event) });
    }
    lastUs[cpu] = timeUs;
  }
  return seen;
}

/** Where no turn shows: when they come is a guess. */
function guessedTimes(startUs: number, endUs: number): number[] {
  const times: number[] = [];
  for (let at = startUs; at <= endUs; at += GUESSED_TURN_US) times.push(at);
  return times;
}

/** A turn of a CPU, and the event before which it comes. */
export interface Turn {
  readonly event: number;
  readonly cpu: number;
}

/**
 * The worker's turns by event: those that the trace shows, and the silent ones between, before and after them. `phaseUs`: when
 * the first ones come after the start if the trace shows none.
 */
export function vmstatTurns(
  trace: KernelTrace,
  { first, end }: { readonly first: number; readonly end: number },
  { cpus, phaseUs }: { readonly cpus: number; readonly phaseUs: number },
): Turn[] {
  const seen = drainTurns(trace, { first, end });
  const turns: Turn[] = [...seen];
  const startUs = timeOf(trace, first);
  const endUs = timeOf(trace, end - 1);
  const silent =
    seen.length === 0 ? () => guessedTimes(startUs + phaseUs, endUs) : silentTurns(seen);
  for (let cpu = 0; cpu < cpus; cpu += 1) {
    let event = first;
    for (const timeUs of silent(cpu, { startUs, endUs })) {
      while (event < end && timeOf(trace, event) < timeUs) event += 1;
      if (event < end) turns.push({ event, cpu });
    }
  }
  return turns.toSorted((a, b) => a.event - b.event);
}
