import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { NS_PER_MS } from '../../../src/abi/unit.ts';
import { RefusedArgument } from '../../../src/check/index.ts';
import { Clock, TIMER_FIRED } from '../../../src/time/index.ts';

const NO_TIMES = [-1, NaN, Infinity, -Infinity];

describe('Clock', () => {
  it('fires what is due, in the order of times and then of setting', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 20 }), { maxLength: 60 }), (delays) => {
        const clock = new Clock();
        const fired: number[] = [];
        delays.forEach((delay, i) => clock.after(delay, () => fired.push(i)));
        clock.advance(10);
        const due = delays.flatMap((delay, i) => (delay <= 10 ? [i] : []));
        const expected = due.toSorted((a, b) => (delays[a] ?? 0) - (delays[b] ?? 0) || a - b);
        expect(fired).toEqual(expected);
        expect(clock.nowNs).toBe(10);
        expect(clock.pending).toBe(delays.length - due.length);
      }),
    );
  });

  it('shows each timer its own time, and fires what timers set on the way', () => {
    const clock = new Clock();
    const seen: number[] = [];
    clock.after(5, () => {
      seen.push(clock.nowNs);
      clock.after(3, () => seen.push(clock.nowNs));
    });
    clock.advance(10);
    expect(seen).toEqual([5, 8]);
  });

  it('forgets what was cancelled, however often', () => {
    const clock = new Clock();
    let fired = 0;
    const first = clock.after(1, () => (fired += 1));
    clock.after(2, () => (fired += 10));
    first.cancel();
    first.cancel();
    expect(clock.pending).toBe(1);
    expect(clock.nextNs).toBe(2);
    clock.advance(3);
    expect(fired).toBe(10);
    expect(clock.nextNs).toBe(Infinity);
    first.cancel();
    expect(clock.pending).toBe(0);
  });

  it('fires exactly the timers that nobody cancelled, whatever is set and cancelled on the way', () => {
    const step = fc.record({
      delay: fc.nat({ max: 9 }),
      cancel: fc.nat(),
      wait: fc.nat({ max: 3 }),
    });
    const property = fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const clock = new Clock();
      const fired = new Set<number>();
      const dueAt: number[] = [];
      const cancelled = new Set<number>();
      const handles = steps.map(({ delay, cancel, wait }, i) => {
        dueAt.push(clock.nowNs + delay);
        const handle = clock.after(delay, () => fired.add(i));
        if (cancel % 3 === 0 && !fired.has(i)) {
          handle.cancel();
          cancelled.add(i);
        }
        clock.advance(wait);
        return handle;
      });
      handles[0]?.cancel();
      if (!fired.has(0)) cancelled.add(0);
      const { nowNs } = clock;
      const due = steps.flatMap((_, i) =>
        !cancelled.has(i) && (dueAt[i] as number) <= nowNs ? [i] : [],
      );
      expect([...fired].toSorted((a, b) => a - b)).toEqual(due);
      const later = steps.filter((_, i) => !cancelled.has(i) && (dueAt[i] as number) > nowNs);
      expect(clock.pending).toBe(later.length);
    });
    fc.assert(property);
  });

  it('gives the owner its events between the timers, those of one time as they came', () => {
    const clock = new Clock(NS_PER_MS);
    const seen: [number, number | string][] = [];
    clock.post(2.5, 7);
    clock.after(2.5 * NS_PER_MS, () => seen.push([clock.now, 'timer']));
    clock.post(2.5, 0);
    const gone = clock.after(NS_PER_MS, () => seen.push([clock.now, 'cancelled']));
    clock.post(4, 9);
    gone.cancel();
    while (clock.next < 4) {
      const event = clock.step();
      if (event !== TIMER_FIRED) seen.push([clock.now, event]);
    }
    expect(seen).toEqual([
      [2.5, 7],
      [2.5, 'timer'],
      [2.5, 0],
    ]);
    clock.moveTo(3);
    expect(clock.nowNs).toBe(3 * NS_PER_MS);
    expect(() => clock.moveTo(5)).toThrow(RangeError);
    expect(() => clock.advance(NS_PER_MS)).toThrow('event: expected timers only, found 9');
  });

  it.each(NO_TIMES)('refuses %d for a time or a delay, and stands as it stood', (time) => {
    const clock = new Clock();
    clock.advance(3);
    clock.after(4, () => {});
    expect(() => clock.advance(time)).toThrow(RangeError);
    expect(() => clock.advanceTo(time)).toThrow(RangeError);
    expect(() => clock.moveTo(time)).toThrow(RangeError);
    expect(() => clock.post(time, 0)).toThrow(RangeError);
    expect(() => clock.after(time, () => {})).toThrow(RangeError);
    expect(() => new Clock(time)).toThrow(RangeError);
    expect([clock.nowNs, clock.nextNs, clock.pending]).toEqual([3, 7, 1]);
  });

  it('moves on where a timer has moved it further', () => {
    const clock = new Clock();
    clock.after(5, () => clock.advance(100));
    clock.after(50, () => {});
    clock.advance(10);
    expect([clock.now, clock.pending]).toEqual([105, 0]);
  });

  it('refuses what cannot be called, what nobody waits for, and to step where nothing lies ahead', () => {
    const clock = new Clock();
    expect(() => clock.after(5, 5 as never)).toThrow('fire: expected a function, found 5');
    expect(() => clock.step()).toThrow('clock: expected something that lies ahead');
    expect(clock.now).toBe(0);
    clock.post(3, 7);
    expect(() => clock.advance(5)).toThrow('clock: event: expected timers only, found 7');
  });

  it('cancels timers of its own, each once', () => {
    const clock = new Clock();
    const [timer, kept] = [clock.after(5, () => {}), clock.after(6, () => {})];
    clock.forget(timer);
    clock.forget(timer);
    expect(clock.pending).toBe(1);
    expect(() => new Clock().forget(kept)).toThrow('timer: expected a timer of this clock');
    expect(() => clock.forget({ cancel: () => {} })).toThrow(RefusedArgument);
    expect(clock.pending).toBe(1);
  });

  it('does not go back', () => {
    const clock = new Clock();
    clock.advance(3);
    expect(() => clock.advanceTo(2)).toThrow('not before 3, found 2');
    expect(() => clock.post(2, 0)).toThrow(RangeError);
    expect(() => clock.moveTo(2)).toThrow(RangeError);
  });
});
