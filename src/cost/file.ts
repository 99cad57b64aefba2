/** Prices of reading a file's pages into a guest that has not got them. */
import type { FileOperation } from './names.ts';
import { oneFigure, type Price, threeFigures } from './price.ts';
import { FIRECRACKER_SPEC, REAP } from './source.ts';

export const FILE_PRICES: Readonly<Record<FileOperation, Price>> = {
  blockRead4KiB: oneFigure(
    {
      name: 'blockRead4KiB',
      unit: '4 KiB page',
      side: 'host',
      source: `[D] ${FIRECRACKER_SPEC}: 1 GiB/s by one thread of block emulation = 3.8 us a page, 2.7 us of CPU; spread: single figure`,
      note: 'page of a file over virtio-blk from the cache of the host; the kick, one for many pages under readahead, is in it',
    },
    3800,
  ),
  deviceRead4KiB: threeFigures(
    {
      name: 'deviceRead4KiB',
      unit: '4 KiB page',
      side: 'host',
      source: `[D] ${REAP}, SATA SSD: low 850 MB/s in bulk; typical 360 MB/s with 16 reads in flight; high 43 MB/s, what pages brought in one by one by faults achieved`,
      note: 'page that the host has not cached either. Nearly all of it is waiting, counted as if it were CPU time',
    },
    [4800, 11_000, 95_000],
  ),
};
