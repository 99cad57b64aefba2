import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Call, Waiting } from '../../../src/replay/waiting.ts';

it('serves calls as they came, and those of a function before their turn when they are asked for', () => {
  const step = fc.record({ what: fc.constantFrom('push', 'shift', 'take'), functionId: fc.nat(3) });
  const property = fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
    const waiting = new Waiting();
    const expected: Call[] = [];
    for (const [at, { what, functionId }] of steps.entries()) {
      if (what === 'push') {
        const call = { functionId, durationMs: 1, arrivedMs: at, isMeasured: true, isQueued: true };
        waiting.push(call);
        expected.push(call);
      } else if (what === 'shift') {
        expect(waiting.first).toBe(expected.shift());
        waiting.shift();
      } else {
        const index = expected.findIndex((call) => call.functionId === functionId);
        const [call] = index < 0 ? [] : expected.splice(index, 1);
        expect(waiting.takeOf(functionId)).toBe(call);
      }
      expect(waiting.size).toBe(expected.length);
      expect([...waiting]).toEqual(expected);
    }
  });
  fc.assert(property, { numRuns: 100 });
});
