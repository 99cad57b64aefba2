// The clock of the vmstat worker: whole seconds of jiffies, as its timer keeps them (docs/recordings.md). A trace does not say how
// its own clock lies to jiffies; the turns that it shows do.

import { US_PER_S } from '../../core/index.ts';

/** One of jiffies: CONFIG_HZ=250. */
const JIFFY_US = 4_000;
/** From turn to turn in the mean: a second of jiffies. */
const TURN_JIFFIES = 250;
const TURN_US = US_PER_S;
/** Each CPU is ahead of the one before. */
const SKEW_JIFFIES = 3;
/** A second ahead the timer wheel counts in steps, and a timer expires with the first step after its time. */
const STEP_JIFFIES = 8;
/** After so many seconds jiffies are a multiple of both again. */
const CYCLE_TURNS = 4;
const CYCLE_US = CYCLE_TURNS * TURN_US;
/** A second that is a multiple of the steps comes 704 jiffies after the first of all: INITIAL_JIFFIES, 2^32 less 300 seconds of them, is 296 modulo 1000. */
const FIRST_US = 704 * JIFFY_US;
/** Of 32, 24, 16 and 8 ms. */
const MEAN_BEHIND_US = 5 * JIFFY_US;
/** A turn as far behind its second asks for the next but one: a quarter of a second, in whole jiffies. */
const SKIPS_US = 62 * JIFFY_US;

/** Costs are logarithms of likelihoods: 20 to 1. */
const LIKELIER = Math.log(20);

/** A turn that a trace shows. */
export interface SeenTurn {
  readonly cpu: number;
  readonly timeUs: number;
  /** Whether the processor was at work when its timer expired. Asleep it looks at this timer when something else wakes it. */
  readonly isAwake: boolean;
}

/** Seconds are counted from one at `zeroUs` that is a multiple of the steps; so many jiffies later a CPU's turn is asked for. */
function askedFor(cpu: number, second: number): number {
  return second * TURN_JIFFIES - cpu * SKEW_JIFFIES;
}

/** When it is due: 32, 24, 16 and 8 ms later on CPU 0, over and over. */
function dueUs(zeroUs: number, cpu: number, second: number): number {
  const steps = Math.floor(askedFor(cpu, second) / STEP_JIFFIES) + 1;
  return zeroUs + steps * STEP_JIFFIES * JIFFY_US;
}

/** The last second whose turn is due by a time. */
function secondOf(zeroUs: number, cpu: number, timeUs: number): number {
  const second = Math.floor((timeUs - zeroUs - askedFor(cpu, 0) * JIFFY_US) / TURN_US);
  return dueUs(zeroUs, cpu, second) <= timeUs ? second : second - 1;
}

/**
 * How unlikely a clock is: a worker that was awake waits some jiffies for the processor, rarely long; asleep, anything up to a second. And
 * jiffies begin some tenths of a second after the trace's clock, at most seconds.
 */
function cost(zeroUs: number, seen: readonly SeenTurn[]): number {
  let sum = ((zeroUs - FIRST_US + CYCLE_US) % CYCLE_US) / US_PER_S;
  for (const { cpu, timeUs, isAwake } of seen) {
    const lateUs = timeUs - dueUs(zeroUs, cpu, secondOf(zeroUs, cpu, timeUs));
    sum += isAwake ? Math.log1p(lateUs / JIFFY_US) : lateUs / US_PER_S;
  }
  return sum;
}

interface Clock {
  readonly zeroUs: number;
  readonly cost: number;
}

/** Clocks by which some turn was punctual, the likeliest first: none comes before its time. */
function clocksOf(seen: readonly SeenTurn[]): Clock[] {
  const clocks = seen.flatMap(({ cpu, timeUs }) =>
    Array.from({ length: CYCLE_TURNS }, (_, second) => {
      const zeroUs = (timeUs - dueUs(0, cpu, second) + CYCLE_US) % CYCLE_US;
      return { zeroUs, cost: cost(zeroUs, seen) };
    }),
  );
  return clocks.toSorted((a, b) => a.cost - b.cost);
}

function zeroOf(seen: readonly SeenTurn[]): number {
  return clocksOf(seen)[0]?.zeroUs ?? 0;
}

/** Whether turns tell their clock: one of another second is a twentieth as likely. */
export function tellClock(seen: readonly SeenTurn[]): boolean {
  const [first, ...others] = clocksOf(seen);
  if (first === undefined) return false;
  const next = others.find(({ zeroUs }) => {
    const apartUs = Math.abs(zeroUs - first.zeroUs);
    return Math.min(apartUs, CYCLE_US - apartUs) > TURN_US / 2;
  });
  return next === undefined || next.cost - first.cost > LIKELIER;
}

/** How far behind whole seconds of the trace's time turns of CPU 0 are due, in the mean; 0 where none shows. */
export function turnsShiftUs(seen: readonly SeenTurn[]): number {
  if (seen.length === 0) return 0;
  return (zeroOf(seen) + MEAN_BEHIND_US) % TURN_US;
}

interface Span {
  readonly startUs: number;
  readonly endUs: number;
}

/** When the turns of a CPU in a span are due that are not among those seen: their clock is found once for all CPUs. */
export function silentTurns(seen: readonly SeenTurn[]): (cpu: number, span: Span) => number[] {
  const zeroUs = zeroOf(seen);
  return (cpu, span) => dueUnseen(zeroUs, seen, cpu, span);
}

function dueUnseen(
  zeroUs: number,
  seen: readonly SeenTurn[],
  cpu: number,
  { startUs, endUs }: Span,
): number[] {
  const taken = new Set<number>();
  for (const turn of seen) {
    if (turn.cpu !== cpu) continue;
    const second = secondOf(zeroUs, cpu, turn.timeUs);
    taken.add(second);
    const sinceUs = turn.timeUs - zeroUs - askedFor(cpu, second) * JIFFY_US;
    if (sinceUs >= SKIPS_US) taken.add(second + 1);
  }
  const times: number[] = [];
  const last = secondOf(zeroUs, cpu, endUs);
  for (let second = secondOf(zeroUs, cpu, startUs) + 1; second <= last; second += 1) {
    if (!taken.has(second)) times.push(dueUs(zeroUs, cpu, second));
  }
  return times;
}
