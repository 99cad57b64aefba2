import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WarmPool } from '../../../src/replay/warm-pool.ts';
import type { Container } from '../../../src/serverless/index.ts';

/** The pool only keeps containers: any object will do. */
function container(): Container {
  return {} as Container;
}

const FUNCTIONS = 3;

describe('WarmPool', () => {
  it('takes of a function the idle container that was used last, whatever came and went', () => {
    const step = fc.record({
      what: fc.constantFrom('add', 'add', 'take', 'take', 'release', 'release', 'remove'),
      which: fc.nat(1000),
    });
    const property = fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
      const pool = new WarmPool(FUNCTIONS);
      const running: number[] = [];
      const idle: number[][] = Array.from({ length: FUNCTIONS }, () => []);
      for (const [at, { what, which }] of steps.entries()) {
        const functionId = which % FUNCTIONS;
        const ofFunction = idle[functionId] as number[];
        if (what === 'add') running.push(pool.add(container(), functionId));
        else if (what === 'take') {
          const expected = ofFunction.pop() ?? -1;
          expect(pool.take(functionId)).toBe(expected);
          if (expected >= 0) running.push(expected);
        } else if (what === 'release' && running.length > 0) {
          const [slot] = running.splice(which % running.length, 1) as [number];
          pool.release(slot, at);
          expect(pool.expiresMs(slot)).toBe(at);
          (idle[pool.functionId(slot)] as number[]).push(slot);
        } else if (what === 'remove' && ofFunction.length > 0) {
          const [slot] = ofFunction.splice(which % ofFunction.length, 1) as [number];
          pool.remove(slot);
        }
        const all = [...running, ...idle.flat()].toSorted((a, b) => a - b);
        expect(pool.slots()).toEqual(all);
        expect(all.filter((slot) => pool.isIdle(slot)).length).toBe(idle.flat().length);
      }
    });
    fc.assert(property, { numRuns: 100 });
  });

  it('keeps with each container its call and whether its expiry is queued', () => {
    const pool = new WarmPool(1);
    const slots = Array.from({ length: 200 }, () => pool.add(container(), 0));
    for (const slot of slots) {
      pool.setCall(slot, slot / 4, slot % 2 === 0);
      pool.setArmed(slot, slot % 3 === 0);
    }
    for (const slot of slots) {
      expect(pool.durationMs(slot)).toBe(slot / 4);
      expect(pool.isMeasured(slot)).toBe(slot % 2 === 0);
      expect(pool.isArmed(slot)).toBe(slot % 3 === 0);
    }
    pool.remove(3);
    const again = pool.add(container(), 0);
    expect([again, pool.isArmed(again), pool.isMeasured(again)]).toEqual([3, false, false]);
  });
});
