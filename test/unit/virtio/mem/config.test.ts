import { expect, it } from 'vitest';

import { encodeMemConfig } from '../../../../src/virtio/mem/config.ts';
import { hex } from '../../../support/virtio.ts';

it('has its fields where the specification has them, little-endian, and 6 bytes of padding', () => {
  const bytes = new Uint8Array(64).fill(0xee);
  encodeMemConfig(
    {
      blockBytes: 0x20_0000,
      nodeId: 0x0102,
      addr: 0x1_0000_0000,
      regionBytes: 0x8000_0000,
      usableBytes: 0x1800_0000,
      pluggedBytes: 0x60_0000,
      requestedBytes: 0x0f_4240_0000,
    },
    bytes.subarray(4, 60),
  );
  const rows = Array.from({ length: 7 }, (_, i) => hex(bytes.subarray(4 + 8 * i, 12 + 8 * i)));
  expect(rows).toEqual([
    '00 00 20 00 00 00 00 00',
    '02 01 ee ee ee ee ee ee',
    '00 00 00 00 01 00 00 00',
    '00 00 00 80 00 00 00 00',
    '00 00 00 18 00 00 00 00',
    '00 00 60 00 00 00 00 00',
    '00 00 40 42 0f 00 00 00',
  ]);
  expect(hex(bytes.subarray(0, 4)) + hex(bytes.subarray(60))).toBe('ee ee ee eeee ee ee ee');
});
