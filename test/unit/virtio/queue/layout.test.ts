import { describe, expect, it } from 'vitest';

import { DeviceQueue } from '../../../../src/virtio/queue/device-queue.ts';
import { contiguousLayout, ringBytes } from '../../../../src/virtio/queue/layout.ts';
import { PLAIN, SIZE } from '../../../support/ring.ts';
import { FlatGuestMemory } from '../../../support/virtio.ts';

describe('layout', () => {
  it('has the sizes of the specification', () => {
    expect(contiguousLayout(0, 128, 4096)).toEqual({
      size: 128,
      descAddr: 0,
      availAddr: 2048,
      usedAddr: 4096,
    });
    expect(ringBytes(128, 4096)).toBe(4096 + 6 + 8 * 128);
    expect(ringBytes(256, 4096)).toBe(8192 + 6 + 8 * 256);
  });

  it.each([
    [{ size: 0 }, 'queue-size'],
    [{ size: 12 }, 'queue-size'],
    [{ size: 65536 }, 'queue-size'],
    [{ descAddr: 8 }, 'ring-alignment'],
    [{ availAddr: 1 }, 'ring-alignment'],
    [{ usedAddr: 2 }, 'ring-alignment'],
    [{ usedAddr: 0xfff0 }, 'ring-bounds'],
    [{ descAddr: 2 ** 60 }, 'ring-bounds'],
  ])('refuses %o as %s', (change, fault) => {
    const layout = { ...contiguousLayout(0x1000, SIZE, 4096), ...change };
    expect(new DeviceQueue(new FlatGuestMemory(0x10000), layout, PLAIN).fault).toBe(fault);
  });
});
