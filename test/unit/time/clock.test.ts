import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { VirtualClock } from '../../../src/virtio/index.ts';

describe('VirtualClock', () => {
  it('fires what is due, in the order of times and then of setting', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 20 }), { maxLength: 60 }), (delays) => {
        const clock = new VirtualClock();
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
    const clock = new VirtualClock();
    const seen: number[] = [];
    clock.after(5, () => {
      seen.push(clock.nowNs);
      clock.after(3, () => seen.push(clock.nowNs));
    });
    clock.advance(10);
    expect(seen).toEqual([5, 8]);
  });

  it('forgets what was cancelled', () => {
    const clock = new VirtualClock();
    let fired = 0;
    const first = clock.after(1, () => (fired += 1));
    clock.after(2, () => (fired += 10));
    first.cancel();
    first.cancel();
    expect(clock.pending).toBe(1);
    expect(clock.nextNs).toBe(2);
    clock.advance(3);
    expect(fired).toBe(10);
    expect(clock.nextNs).toBeUndefined();
  });
});
