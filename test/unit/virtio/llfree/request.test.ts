/** Messages of HyperAlloc's driver, byte by byte. */
import { describe, expect, it } from 'vitest';
import {
  decodeInstall,
  decodeZone,
  encodeInstall,
  encodeZone,
} from '../../../../src/virtio/llfree/request.ts';
import { hex } from '../../../support/virtio.ts';

describe('messages', () => {
  it('a zone is its node, number, first frame and span', () => {
    const zone = { node: 0, zone: 2, start: 0x10_0000, frames: 0x1_2345_6789 };
    const bytes = encodeZone(zone);
    expect(hex(bytes)).toBe(
      '00 00 00 00 02 00 00 00 00 00 10 00 00 00 00 00 89 67 45 23 01 00 00 00',
    );
    expect(decodeZone(bytes)).toEqual(zone);
  });

  it('an install is its node, zone and frame', () => {
    const install = { node: 1, zone: 1, pfn: 0x1200 };
    const bytes = encodeInstall(install);
    expect(hex(bytes)).toBe('01 00 00 00 01 00 00 00 00 12 00 00 00 00 00 00');
    expect(decodeInstall(bytes)).toEqual(install);
  });
});
