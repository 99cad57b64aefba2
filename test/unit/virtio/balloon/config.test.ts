import { describe, expect, it } from 'vitest';

import { queueRoles } from '../../../../src/virtio/balloon/config.ts';
import { rig } from '../../../support/balloon-rig.ts';

const STATS = 1n << 1n;
const HINTING = 1n << 3n;
const REPORTING = 1n << 5n;

describe('queue numbers', () => {
  it('are dense as Linux has them, fixed as the specification has them', () => {
    const reporting = 1n << 5n;
    expect(queueRoles('dense', reporting)).toEqual(['inflate', 'deflate', 'reporting']);
    expect(queueRoles('fixed', reporting)[4]).toBe('reporting');
    expect(queueRoles('dense', reporting | 2n)[3]).toBe('reporting');
  });

  it.each([
    [0n, 'inflate deflate', 'inflate deflate - - -'],
    [STATS, 'inflate deflate stats', 'inflate deflate stats - -'],
    [HINTING, 'inflate deflate hinting', 'inflate deflate - hinting -'],
    [STATS | HINTING | REPORTING, 'inflate deflate stats hinting reporting', undefined],
    // Bits without a queue of their own: MUST_TELL_HOST, DEFLATE_ON_OOM, PAGE_POISON.
    [0b010101n, 'inflate deflate', 'inflate deflate - - -'],
  ])('with features %s are %s, or fixed %s', (features, dense, fixed) => {
    expect(queueRoles('dense', features).join(' ')).toBe(dense);
    const withGaps = queueRoles('fixed', features).map((role) => role ?? '-');
    expect(withGaps.join(' ')).toBe(fixed ?? dense);
  });
});

it('the fields lie where the specification has them', () => {
  const { balloon, device } = rig('qemu', { freePageHinting: true, targetPages: 0x0403_0201 });
  device.writeConfig(4, Uint8Array.of(5, 6, 7, 8));
  balloon.startHinting();
  device.writeConfig(12, Uint8Array.of(13, 14, 15, 16));
  expect([...balloon.config()]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0x80, 13, 14, 15, 16]);
});
