/** Prices of virtio-mem. Migration, zeroing and releasing backed frames come on top. */
import type { VirtioMemOperation } from './names.ts';
import { oneFigure, type Price, threeFigures } from './price.ts';
import { HYPERALLOC, SQUEEZY } from './source.ts';

export const VIRTIO_MEM_PRICES: Readonly<Record<VirtioMemOperation, Price>> = {
  virtioMemPlug2MiB: threeFigures(
    {
      name: 'virtioMemPlug2MiB',
      unit: '2 MiB block',
      side: 'guest',
      source: `typical [D] ${HYPERALLOC}: 2 GiB to 20 GiB, 21.3 us; high [D] ${SQUEEZY}: 35 ms for 6 blocks of 128 MiB; low: single-figure spread`,
      includes: ['memmapInitPage', 'buddyFree9', 'vmExit', 'interrupt'],
    },
    [13_500, 21_300, 91_100],
  ),
  virtioMemUnplug2MiB: oneFigure(
    {
      name: 'virtioMemUnplug2MiB',
      unit: '2 MiB block',
      side: 'guest',
      source: `[D] ${HYPERALLOC}: all memory free and never touched, no migration, 51.4 us; spread: single figure`,
      includes: ['vmExit', 'interrupt'],
      note: 'isolation of the range, request and answer. With VFIO the same data gives 90.9 us',
    },
    51_400,
  ),
};
