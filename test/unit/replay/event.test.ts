import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVENT_READY, EVENT_EXPIRE, eventOf, kindOf, slotOf } from '../../../src/replay/event.ts';

describe('a replay’s event', () => {
  it('is a number of 0 or more that gives back its kind and its slot', () => {
    const kinds = fc.integer({ min: EVENT_READY, max: EVENT_EXPIRE });
    fc.assert(
      fc.property(kinds, fc.nat({ max: 2 ** 28 - 1 }), (kind, slot) => {
        const event = eventOf(kind, slot);
        expect(event).toBeGreaterThanOrEqual(0);
        expect([kindOf(event), slotOf(event)]).toEqual([kind, slot]);
      }),
    );
  });
});
