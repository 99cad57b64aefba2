/** Prices of fixed partitions, per 128 MiB memory block. Releasing backed frames comes on top of a drop. */
import type { PartitionOperation } from './names.ts';
import { oneFigure, type Price, threeFigures } from './price.ts';
import { SQUEEZY } from './source.ts';

export const PARTITION_PRICES: Readonly<Record<PartitionOperation, Price>> = {
  partitionPlugBlock: threeFigures(
    {
      name: 'partitionPlugBlock',
      unit: '128 MiB block',
      side: 'guest',
      source: `[D] ${SQUEEZY}: 35 to 45 ms for 6 to 12 blocks: the cheaper (45 ms / 12), the geometric mean, the dearer (35 ms / 6)`,
      includes: ['memmapInitPage', 'vmExit', 'interrupt'],
    },
    [3_750_000, 4_680_000, 5_830_000],
  ),
  partitionDropBlock: oneFigure(
    {
      name: 'partitionDropBlock',
      unit: '128 MiB block',
      side: 'guest',
      source: `[D] ${SQUEEZY}: partition drop, 7.9 ms per 128 MiB, less 64 hostRelease2MiB; spread: single figure`,
      includes: ['vmExit', 'interrupt'],
      note: 'flat in occupancy: no scan, no migration, no zeroing',
    },
    7_360_000,
  ),
};
