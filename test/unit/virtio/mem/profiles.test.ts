/** What the three VMMs offer and accept (docs/linux-memory.md D.2, F.2, F.3). */

import { describe, expect, it } from 'vitest';

import { MEM_PROFILES, MemDevice, type MemProfileName } from '../../../../src/virtio/index.ts';

const MIB = 1024 * 1024;
const V1 = 1n << 32n;
const RING = (1n << 28n) | (1n << 29n);

function device(profile: MemProfileName, options: object = {}): MemDevice {
  const host = { plug: () => true, unplug: () => 0 };
  const place = { addr: 4096 * MIB, regionBytes: 256 * MIB };
  return new MemDevice(MEM_PROFILES[profile], host, { ...place, ...options });
}

describe('features', () => {
  it.each([
    ['firecracker', V1 | 2n, V1 | 2n],
    ['cloud-hypervisor', V1, V1 | 1n],
    ['qemu', V1 | RING | 2n, V1 | RING | 3n],
  ] as const)('%s offers %s, on a NUMA node %s', (profile, plain, onNode) => {
    expect(device(profile).features).toBe(plain);
    expect(device(profile, { nodeId: 1 }).features).toBe(onNode);
  });
});

it.each([
  ['firecracker', 256],
  ['cloud-hypervisor', 128],
  ['qemu', 128],
] as const)('%s has one queue of %i', (profile, size) => {
  const mem = device(profile);
  expect([mem.queueSizeMax(0), mem.queueSizeMax(1)]).toEqual([size, 0]);
});

describe('blocks', () => {
  it('are of 2 MiB unless told; QEMU takes 1 MiB, the others do not', () => {
    for (const profile of ['firecracker', 'cloud-hypervisor', 'qemu'] as const) {
      expect(device(profile).blockBytes).toBe(2 * MIB);
      const small = (): MemDevice => device(profile, { blockBytes: MIB });
      if (profile === 'qemu') expect(small().blockBytes).toBe(MIB);
      else expect(small).toThrow('1048576');
      expect(() => device(profile, { blockBytes: MIB / 2 })).toThrow();
    }
  });

  it('the region is aligned to 128 MiB, with QEMU to the block', () => {
    for (const profile of ['firecracker', 'cloud-hypervisor', 'qemu'] as const) {
      const odd = (): MemDevice => device(profile, { regionBytes: 66 * MIB });
      if (profile === 'qemu') expect(odd().regionBytes).toBe(66 * MIB);
      else expect(odd).toThrow();
    }
  });
});
