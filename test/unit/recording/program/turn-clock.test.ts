// When turns of the vmstat worker are due, by those that a trace shows.

import { describe, expect, it } from 'vitest';
import {
  type SeenTurn,
  silentTurns,
  tellClock,
  turnsShiftUs,
} from '../../../../src/recording/program/turn-clock.ts';

const awake = (...seconds: number[]): SeenTurn[] =>
  seconds.map((at) => ({ cpu: 0, timeUs: Math.round(at * 1e6), isAwake: true }));
const asleep = (...seconds: number[]): SeenTurn[] =>
  awake(...seconds).map((turn) => ({ ...turn, isAwake: false }));

/** In seconds, from one to another. */
function silent(seen: readonly SeenTurn[], start: number, end: number, cpu = 0): number[] {
  return silentTurns(seen)(cpu, { startUs: start * 1e6, endUs: end * 1e6 }).map((us) => us / 1e6);
}

/** Jiffies begin with the trace's clock: whole seconds of theirs that are multiples of 8 lie 2.816 s behind, and every 4 s from there. */
const FIRST = 2.816;

describe('the clock of the vmstat worker', () => {
  it('lets turns come 32, 24, 16 and 8 ms behind their seconds, over and over', () => {
    const seen = awake(FIRST + 4.032);
    expect(silent(seen, 6.9, 12)).toEqual([7.84, 8.832, 9.824, 10.848, 11.84]);
    expect(silent(seen, 1, 6.8)).toEqual([1.824, 2.848, 3.84, 4.832, 5.824]);
  });

  it('asks for turns 3 jiffies sooner on each CPU than on the one before', () => {
    const seen = awake(FIRST + 4.032);
    expect(silent(seen, 6.9, 10.1, 1)).toEqual([7.808, 8.832, 9.824]);
    expect(silent(seen, 6.9, 10.1, 3)).toEqual([7.808, 8.8, 9.792]);
    // more than a second ahead
    expect(silent(seen, 6.9, 9.1, 100)).toEqual([7.648, 8.64]);
    const other = silent([{ ...awake(FIRST + 4)[0], cpu: 1 } as SeenTurn], 6.9, 8, 0);
    expect(other).toEqual([7.84]);
  });

  it.each([
    ['nofrag-704', 20.839563, 18.855563],
    ['thp-768', 16.10591, 14.08991],
  ])(
    'is, by one turn, the one that begins soonest after the trace’s: %s',
    (_name, seen, before) => {
      const [at] = silent(awake(seen), seen - 2.5, seen - 1.5);
      expect(at).toBeCloseTo(before, 6);
    },
  );

  it('is the one that all turns of a machine at work kept to best, however late it began', () => {
    // 1.354 s after the trace's: squeeze-320
    const zero = FIRST + 1.354;
    const seen = awake(zero + 4.033, zero + 5.036, zero + 6.016, zero + 7.011, zero + 8.05);
    const [at] = silent(seen, zero + 9, zero + 10);
    expect(at).toBeCloseTo(zero + 9.024, 3);
  });

  it('is told by some turns of a machine at work, and not by one, none, or those of one that slept', () => {
    const times = [6.848, 7.84, 8.832, 9.824, 10.848];
    expect(tellClock(awake(...times))).toBe(true);
    expect(tellClock(asleep(...times))).toBe(false);
    expect(tellClock(awake(6.848))).toBe(false);
    expect(tellClock([])).toBe(false);
  });

  it('takes turns of a machine that slept as later than they seem to be, by up to half a second', () => {
    // plug-384: two of them look punctual by another clock, 0.4, 98, 34 and 33 ms late by the right one.
    const seen = asleep(12.119139, 16.216722, 17.144841, 18.135263);
    expect(silent(seen, 12.5, 15).map((at) => at.toFixed(6))).toEqual(['13.111139', '14.103139']);
  });

  it('has none in the second after one that came a quarter of a second late', () => {
    const due = FIRST + 4.032;
    const seen = (late: number): SeenTurn[] => [...awake(due, due + 4), ...asleep(due + 8 + late)];
    expect(silent(seen(0.215), 15.5, 17.5)).toEqual([15.84, 16.832]);
    expect(silent(seen(0.216), 15.5, 17.5)).toEqual([16.832]);
  });

  it('says how far behind whole seconds of the trace’s time turns are due, in the mean', () => {
    expect(turnsShiftUs(awake(FIRST + 4.032, FIRST + 5.124))).toBe(836_000);
    expect(turnsShiftUs([])).toBe(0);
  });
});
