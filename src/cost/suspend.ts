/** Prices of writing a VM to an image in order to restore it later. Restoring it is priced in image.ts. */
import type { SuspendOperation } from './names.ts';
import { type Price, threeFigures } from './price.ts';
import { EXO, FORKD } from './source.ts';

export const SUSPEND_PRICES: Readonly<Record<SuspendOperation, Price>> = {
  vmSuspend: threeFigures(
    {
      name: 'vmSuspend',
      unit: 'VM suspended',
      side: 'host',
      source: `low [D] ${FORKD}: state of the VM and its devices 30 to 50 ms; typical [D] ${EXO}: an image of what an idle guest of 4 GiB has written takes 157 to 172 ms; high [E] ${FORKD}: 190 to 240 ms whatever the guest's size`,
      note: 'pages that are written apart',
    },
    [40_000_000, 165_000_000, 240_000_000],
  ),
  imageWrite4KiB: threeFigures(
    {
      name: 'imageWrite4KiB',
      unit: '4 KiB page',
      side: 'host',
      source: `low [D] ${FORKD}: about 3 GB/s into memory; typical [D] ${EXO}: 4 GiB in 7.9 to 8.6 s on NVMe; high [D] ${FORKD}: 148 MB/s on a SATA SSD`,
      note: 'page that the guest has of its own; what it has of the image that it began with is not written again',
    },
    [1370, 7870, 27_700],
  ),
};
