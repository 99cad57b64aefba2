import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WarmPool } from '../../../src/replay/warm-pool.ts';
import type { Host } from '../../../src/replay/fleet.ts';
import type { Container } from '../../../src/serverless/index.ts';

/** The pool only keeps containers: any object will do. */
function container(): Container {
  return {} as Container;
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

  it('keeps with each container its call and whether its expiry is queued', () => {
    const pool = new WarmPool(1);
    const slots = Array.from({ length: 200 }, () => pool.add(container(), 0, HOST));
    for (const slot of slots) {
      pool.setCall(slot, slot / 4, slot % 2 === 0);
      pool.setArmed(slot, slot % 3 === 0);
    }
    for (const slot of slots) {
      expect(pool.durationMs(slot)).toBe(slot / 4);
      expect(pool.isMeasured(slot)).toBe(slot % 2 === 0);
      expect(pool.isArmed(slot)).toBe(slot % 3 === 0);
    }
  });

  it('uses the slot of a container that is gone when all events of it have come', () => {
    const pool = new WarmPool(1);
    const slot = pool.add(container(), 0, HOST);
    pool.setArmed(slot, true);
    pool.remove(slot, 0);
    expect([pool.isGone(slot), pool.count]).toEqual([true, 0]);
    expect(pool.add(container(), 0, HOST)).not.toBe(slot);
    pool.bury(slot, true);
    expect(pool.add(container(), 0, HOST)).not.toBe(slot);
    pool.bury(slot, false);
    const again = pool.add(container(), 0, HOST);
    expect([again, pool.isArmed(again), pool.isMeasured(again)]).toEqual([slot, false, false]);
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
