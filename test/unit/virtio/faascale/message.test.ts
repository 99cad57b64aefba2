import { expect, it } from 'vitest';
import { decodeRanges, encodeRanges } from '../../../../src/virtio/faascale/message.ts';

it('is pairs of 32 bits, the least significant byte first', () => {
  const ranges = [
    { start: 0x0102_0304, count: 0x400 },
    { start: 0xffff_ffff, count: 1 },
  ];
  const bytes = encodeRanges(ranges);
  expect([...bytes]).toEqual([4, 3, 2, 1, 0, 4, 0, 0, 255, 255, 255, 255, 1, 0, 0, 0]);
  expect(decodeRanges(bytes)).toEqual(ranges);
  expect(encodeRanges([])).toHaveLength(0);
});
