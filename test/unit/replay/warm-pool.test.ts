import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WarmPool } from '../../../src/replay/warm-pool.ts';
import type { Host } from '../../../src/replay/fleet.ts';
import type { Container } from '../../../src/serverless/index.ts';

/** The pool only keeps containers: any object will do. */
function container(): Container {
  return { vm: { isSuspended: false } } as Container;
}

const FUNCTIONS = 3;
const HOST = {} as Host;

describe('WarmPool', () => {
  it('takes of a function the idle container that was used last, whatever came and went', () => {
    const step = fc.record({
      what: fc.constantFrom('add', 'add', 'take', 'take', 'release', 'release', 'remove'),
      which: fc.nat(1000),
    });
    const property = fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
      const pool = new WarmPool(FUNCTIONS);
      const running: number[] = [];
      const since = new Map<number, number>();
      const idle: number[][] = Array.from({ length: FUNCTIONS }, () => []);
      for (const [at, { what, which }] of steps.entries()) {
        const functionId = which % FUNCTIONS;
        const ofFunction = idle[functionId] as number[];
        if (what === 'add') running.push(pool.add(container(), functionId, HOST));
        else if (what === 'take') {
          const expected = ofFunction.pop() ?? -1;
          expect(pool.take(functionId, at >> 2)).toBe(expected);
          if (expected >= 0) running.push(expected);
        } else if (what === 'release' && running.length > 0) {
          const [slot] = running.splice(which % running.length, 1) as [number];
          pool.release(slot, at >> 2, at);
          since.set(slot, at >> 2);
          expect(pool.expiresMs(slot)).toBe(at);
          (idle[pool.functionId(slot)] as number[]).push(slot);
        } else if (what === 'remove' && ofFunction.length > 0) {
          const [slot] = ofFunction.splice(which % ofFunction.length, 1) as [number];
          pool.remove(slot, at >> 2);
        }
        const first = idle
          .flat()
          .toSorted((a, b) => since.get(a)! - since.get(b)! || a - b)
          .at(0);
        expect(pool.oldestIdle(HOST)).toBe(first ?? -1);
        const all = [...running, ...idle.flat()].toSorted((a, b) => a - b);
        expect(pool.slots()).toEqual(all);
        expect(all.filter((slot) => pool.isIdle(slot)).length).toBe(idle.flat().length);
      }
    });
    fc.assert(property, { numRuns: 100 });
  });

  it('keeps with each container its call', () => {
    const pool = new WarmPool(1);
    const slots = Array.from({ length: 200 }, () => pool.add(container(), 0, HOST));
    for (const slot of slots) {
      pool.setCall(slot, slot / 4, slot % 2 === 0);
    }
    for (const slot of slots) {
      expect(pool.durationMs(slot)).toBe(slot / 4);
      expect(pool.isMeasured(slot)).toBe(slot % 2 === 0);
    }
  });

  it('uses the slot of a container that is gone when all events of it have come', () => {
    const pool = new WarmPool(1);
    const slot = pool.add(container(), 0, HOST);
    pool.release(slot, 0, 9);
    expect(pool.arm(slot)).toBe(true);
    pool.take(0, 1);
    pool.remove(slot, 1);
    expect([pool.isGone(slot), pool.count]).toEqual([true, 0]);
    expect(pool.add(container(), 0, HOST)).not.toBe(slot);
    pool.bury(slot, true);
    expect(pool.add(container(), 0, HOST)).not.toBe(slot);
    pool.bury(slot, false);
    const again = pool.add(container(), 0, HOST);
    expect([again, pool.isMeasured(again)]).toEqual([slot, false]);
    pool.release(again, 0, 9);
    expect(pool.arm(again)).toBe(true);
  });

  it('wants an expiry event only if none comes as early', () => {
    const pool = new WarmPool(1);
    const slot = pool.add(container(), 0, HOST);
    const armed = [90, 95, 20, 30].map((atMs) => {
      pool.release(slot, 10, atMs);
      const isWanted = pool.arm(slot);
      pool.take(0, 10);
      return isWanted;
    });
    expect(armed).toEqual([true, false, true, false]);
    pool.release(slot, 10, Infinity);
    expect(pool.arm(slot)).toBe(false);
    pool.remove(slot, 10);
    pool.bury(slot, true);
    expect(pool.add(container(), 0, HOST)).not.toBe(slot);
    pool.bury(slot, true);
    expect(pool.add(container(), 0, HOST)).toBe(slot);
  });

  it('knows which containers run a call, and which were started for none', () => {
    const pool = new WarmPool(1);
    const slot = pool.add(container(), 0, HOST);
    expect(pool.isRunning(slot, 5)).toBe(false);
    pool.setAhead(slot, 70, true);
    expect([pool.isAhead(slot), pool.expiresMs(slot)]).toEqual([true, 70]);
    pool.release(slot, 5, 70);
    pool.take(0, 8);
    pool.begin(slot, 8);
    expect([pool.isRunning(slot, 8), pool.beganMs(slot)]).toEqual([true, 8]);
    expect([pool.takeAhead(slot), pool.takeAhead(slot)]).toEqual([true, false]);
    pool.release(slot, 9, 70);
    expect(pool.isRunning(slot, 9)).toBe(false);
    // one of the warm-up, which nobody counts
    pool.setAhead(slot, 70, false);
    expect([pool.isAhead(slot), pool.takeAhead(slot), pool.isAhead(slot)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('knows of each host the idle container that was used least recently', () => {
    const pool = new WarmPool(2);
    const other = {} as Host;
    const [first, second, apart] = [
      pool.add(container(), 0, HOST),
      pool.add(container(), 1, HOST),
      pool.add(container(), 0, other),
    ];
    expect(pool.oldestIdle(HOST)).toBe(-1);
    pool.release(apart, 5, Infinity);
    pool.release(second, 10, Infinity);
    pool.release(first, 20, Infinity);
    expect([pool.oldestIdle(HOST), pool.oldestIdle(other)]).toEqual([second, apart]);
    pool.take(1, 30);
    expect(pool.oldestIdle(HOST)).toBe(first);
  });

  it('adds up how long the containers of a function were idle, from a time on', () => {
    const pool = new WarmPool(2, 100);
    const [one, two] = [pool.add(container(), 1, HOST), pool.add(container(), 1, HOST)];
    pool.release(one, 40, Infinity);
    expect([...pool.idleMs(90)]).toEqual([0, 0]);
    expect([...pool.idleMs(150)]).toEqual([0, 50]);
    pool.take(1, 160);
    pool.release(two, 170, Infinity);
    expect([...pool.idleMs(200)]).toEqual([0, 90]);
  });
});
