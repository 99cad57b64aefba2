import { expect, it } from 'vitest';
import { rangesText } from '../../../src/virtio/message-words.ts';

it('ranges are summed, and the first three are told', () => {
  expect(rangesText([{ first: 7, count: 1 }])).toBe('1 page: 7');
  const ranges = [0, 10, 20, 30].map((first) => ({ first, count: 2 }));
  expect(rangesText(ranges)).toBe('8 pages: 0–1, 10–11, 20–21 and 1 more range');
});
