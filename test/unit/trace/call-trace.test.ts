import { expect, it } from 'vitest';
import fc from 'fast-check';
import { summarizeCalls } from '../../../src/trace/call-trace.ts';
import { observedDurations } from '../../../src/trace/distribution.ts';

const FUNCTIONS = 5;
const call = fc.tuple(fc.nat(FUNCTIONS - 2), fc.integer({ min: 1, max: 5000 }));

it('each function is summed up from its own calls, one without calls is not', () => {
  const property = fc.property(fc.array(call, { maxLength: 60 }), (calls) => {
    const rows = {
      startMs: Float64Array.from(calls, (_, at) => at),
      functionIds: Uint32Array.from(calls, ([id]) => id),
      durationMs: Float32Array.from(calls, ([, ms]) => ms),
    };
    const wanted = Array.from({ length: FUNCTIONS }, (_, id) => {
      const own = calls.filter(([of]) => of === id).map(([, ms]) => ms);
      return own.length === 0 ? undefined : observedDurations(Float32Array.from(own));
    });
    expect(summarizeCalls(rows, FUNCTIONS)).toEqual(wanted);
  });
  fc.assert(property);
});
