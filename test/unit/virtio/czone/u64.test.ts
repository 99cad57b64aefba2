import { expect, it } from 'vitest';

import { getU64, setU64 } from '../../../../src/virtio/czone/u64.ts';

function written(value: number): number[] {
  const bytes = new Uint8Array(10).fill(0xee);
  setU64(new DataView(bytes.buffer), 1, value);
  return [...bytes];
}

it('is little-endian, also where it is not aligned, and eight bytes long', () => {
  expect(written(0x0102_0304_0506)).toEqual([0xee, 6, 5, 4, 3, 2, 1, 0, 0, 0xee]);
  expect(written(0xffff_ffff)).toEqual([0xee, 255, 255, 255, 255, 0, 0, 0, 0, 0xee]);
  expect(written(2 ** 32)).toEqual([0xee, 0, 0, 0, 0, 1, 0, 0, 0, 0xee]);
});

it.each([0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 52 + 1, Number.MAX_SAFE_INTEGER])(
  'comes back as it was: %i',
  (value) => {
    const view = new DataView(new ArrayBuffer(8));
    setU64(view, 0, value);
    expect(getU64(view, 0)).toBe(value);
    expect(view.getBigUint64(0, true)).toBe(BigInt(value));
  },
);

it('reads what is too large for a number as the nearest double', () => {
  const view = new DataView(new Uint8Array(8).fill(0xff).buffer);
  expect(getU64(view, 0)).toBe(2 ** 64);
});
