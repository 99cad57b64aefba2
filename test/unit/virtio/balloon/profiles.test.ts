/** What the three VMMs offer: features, queues, config space (docs/linux-memory.md C.2, C.3, F.1, F.3, F.4). */

import { describe, expect, it } from 'vitest';

import type { BalloonDeviceOptions, BalloonProfileName } from '../../../../src/virtio/index.ts';
import { hex, range } from '../../../support/virtio.ts';
import { rig } from '../../../support/balloon-rig.ts';

const V1 = 1n << 32n;

function offered(profile: BalloonProfileName, options: Partial<BalloonDeviceOptions>): bigint {
  return rig(profile, options).balloon.features & ~((1n << 28n) | (1n << 29n));
}

const ALL: Partial<BalloonDeviceOptions> = {
  mustTellHost: true,
  stats: true,
  deflateOnOom: true,
  freePageHinting: true,
  pagePoison: true,
  freePageReporting: true,
};

describe('features', () => {
  it('Firecracker never offers MUST_TELL_HOST or PAGE_POISON', () => {
    expect(offered('firecracker', ALL)).toBe(V1 | 0b101110n);
    expect(offered('firecracker', {})).toBe(V1);
  });

  it('Cloud Hypervisor offers DEFLATE_ON_OOM and REPORTING only', () => {
    expect(offered('cloud-hypervisor', ALL)).toBe(V1 | 0b100100n);
  });

  it('QEMU offers statistics always and poison unless told not to', () => {
    expect(offered('qemu', { stats: false })).toBe(V1 | 0b010010n);
    expect(offered('qemu', { pagePoison: false })).toBe(V1 | 0b000010n);
    expect(offered('qemu', ALL)).toBe(V1 | 0b111111n);
  });
});

describe('queues', () => {
  it.each([
    ['firecracker', [256, 256, 256, 256, 256]],
    ['cloud-hypervisor', [128, 128, 32, 0, 0]],
    ['qemu', [128, 128, 128, 1024, 32]],
  ] as const)('%s has its queue sizes', (profile, sizes) => {
    const { balloon } = rig(profile, ALL);
    expect(range(0, 5).map((i) => balloon.queueSizeMax(i, balloon.features))).toEqual(sizes);
  });

  it('can be fixed for a driver that goes by the specification', () => {
    const { balloon } = rig('firecracker', { freePageReporting: true, numbering: 'fixed' });
    const sizes = range(0, 6).map((i) => balloon.queueSizeMax(i, 0n));
    expect(sizes).toEqual([256, 256, 0, 0, 256, 0]);
  });
});

describe('config space', () => {
  it.each([
    ['firecracker', {}, 12],
    ['cloud-hypervisor', {}, 8],
    ['qemu', { pagePoison: false }, 8],
    ['qemu', { pagePoison: false, freePageHinting: true }, 12],
    ['qemu', {}, 16],
  ] as const)('%s with %o has its size: %i bytes', (profile, options, length) => {
    const { balloon } = rig(profile, { ...options, targetPages: 0x1000 });
    expect(balloon.config()).toHaveLength(length);
    expect(hex(balloon.config().subarray(0, 8))).toBe('00 10 00 00 00 00 00 00');
  });
});
