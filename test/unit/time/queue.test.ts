import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventQueue } from '../../../src/time/index.ts';

describe('EventQueue', () => {
  it('gives events by time, and those of one time in the order in which they came', () => {
    const times = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 3000 });
    const property = fc.property(times, (pushed) => {
      const queue = new EventQueue();
      pushed.forEach((time, slot) => queue.push(time, slot));
      const expected = pushed
        .map((time, slot) => ({ time, slot }))
        .toSorted((a, b) => a.time - b.time);
      for (const { time, slot } of expected) {
        expect(queue.nextTime).toBe(time);
        expect(queue.nextEvent).toBe(slot);
        expect(queue.pop()).toBe(slot);
      }
      expect(queue.nextTime).toBe(Infinity);
      expect(queue.size).toBe(0);
    });
    fc.assert(property, { numRuns: 60 });
  });

  it('keeps its order when pushes and pops alternate', () => {
    const steps = fc.array(fc.option(fc.integer({ min: 0, max: 20 }), { freq: 2 }));
    const property = fc.property(steps, (list) => {
      const queue = new EventQueue();
      const model: { time: number; slot: number }[] = [];
      list.forEach((time, slot) => {
        if (time !== null) {
          queue.push(time, slot);
          model.push({ time, slot });
          model.sort((a, b) => a.time - b.time || a.slot - b.slot);
        } else if (model.length > 0) {
          expect(queue.pop()).toBe(model.shift()?.slot);
        }
      });
      expect(queue.size).toBe(model.length);
    });
    fc.assert(property);
  });
});
