import { expect, it } from 'vitest';

import { needEvent } from '../../../../src/virtio/queue/need-event.ts';

it('passes the event once', () => {
  expect(needEvent(0, 1, 0)).toBe(true);
  expect(needEvent(1, 1, 0)).toBe(false);
  expect(needEvent(65535, 0, 65535)).toBe(true);
  expect(needEvent(5, 65535, 65530)).toBe(false);
});

it('is true exactly when the event is one of the indexes gone over, also round the end', () => {
  for (const old of [0, 100, 65530, 65535]) {
    for (let steps = 0; steps < 12; steps++) {
      const passed = new Set(Array.from({ length: steps }, (_, i) => (old + i) & 0xffff));
      for (let off = -3; off < 15; off++) {
        const event = (old + off) & 0xffff;
        expect(needEvent(event, (old + steps) & 0xffff, old)).toBe(passed.has(event));
      }
    }
  }
});
