/** Prices of ACPI DIMM hotplug, per 128 MiB memory block of Linux. Migration and release come on top. */
import type { DimmOperation } from './names.ts';
import { type Price, threeFigures } from './price.ts';
import { HYPERALLOC, SQUEEZY } from './source.ts';

export const DIMM_PRICES: Readonly<Record<DimmOperation, Price>> = {
  dimmPlugBlock: threeFigures(
    {
      name: 'dimmPlugBlock',
      unit: '128 MiB block',
      side: 'guest',
      source: `low [D] ${HYPERALLOC}: 64 virtio-mem plugs of 2 MiB; typical, high [D] ${SQUEEZY}: 35 to 45 ms for 6 to 12 blocks, geometric mean of 3.75 and 5.83 ms, and the dearer`,
      includes: ['memmapInitPage', 'virtioMemPlug2MiB', 'vmExit', 'interrupt'],
      note: 'no figure for ACPI itself: virtio-mem at 128 MiB stands for it',
    },
    [1_360_000, 4_680_000, 5_830_000],
  ),
  dimmOfflineBlock: threeFigures(
    {
      name: 'dimmOfflineBlock',
      unit: '128 MiB block tried',
      side: 'guest',
      source: `typical [D] ${HYPERALLOC}: 64 virtio-mem unplugs of 2 MiB; high [D] ${SQUEEZY}: partition drop, 7.9 ms per 128 MiB; low: single-figure spread`,
      includes: ['virtioMemUnplug2MiB', 'vmExit', 'interrupt'],
      note: 'without migration; a block that turns out unmovable costs it too',
    },
    [2_080_000, 3_290_000, 7_900_000],
  ),
};
