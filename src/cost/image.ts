/** Prices of starting from the image of a VM that was frozen at work: restored from a snapshot, or forked. */
import type { ImageOperation } from './names.ts';
import { oneFigure, type Price, threeFigures, twoFigures } from './price.ts';
import { E2B, FAASNAP, FCVM, FORKD, HYPERALLOC, MITOS, REAP, SMOLVM, ZEROBOOT } from './source.ts';

export const IMAGE_PRICES: Readonly<Record<ImageOperation, Price>> = {
  snapshotLoad: threeFigures(
    {
      name: 'snapshotLoad',
      unit: 'restored VM',
      side: 'host',
      source: `low [D] ${MITOS}: a load of 4 ms, and a connection of 4 ms (${REAP}); typical [D] ${FCVM}: load 9, resume below 1, first connection 20 ms; high [E] ${REAP}: restore without faults 50 ms, the VMM's start in it`,
      note: 'to a running vCPU and an answering agent, without vmmStart and without faults, which are counted one by one. Networks and disks of the clone apart (66 ms more in fcvm)',
    },
    [8_000_000, 30_000_000, 50_000_000],
  ),
  imageRead4KiB: threeFigures(
    {
      name: 'imageRead4KiB',
      unit: '4 KiB page',
      side: 'host',
      source: `low, typical [D] ${FAASNAP}: 13.3 us for a snapshot page from NVMe less 3.7 us for one that is cached, single-figure spread below; high [D] ${REAP}: 43 MB/s by faults one by one from a SATA SSD, 95 us, less the same`,
      note: 'page of an image that its host has not in memory yet, read when a guest waits for it; the fault apart',
    },
    [6070, 9600, 91_600],
  ),
  imageBulkRead4KiB: twoFigures(
    {
      name: 'imageBulkRead4KiB',
      unit: '4 KiB page',
      side: 'host',
      source: `[D] ${REAP}: 533 to 850 MB/s in one direct read of more than 8 MB`,
      note: 'page of a working set, or of 2 MiB of an image, read in one go past or into the host’s cache',
    },
    4800,
    7700,
  ),
  imageInstall4KiB: oneFigure(
    {
      name: 'imageInstall4KiB',
      unit: '4 KiB page',
      side: 'host',
      source: `[D] ${FAASNAP}: anonymous fault 2.5 us, times 0.64, the ratio of UFFDIO_COPY in bulk measured for reference 1.4; spread: single figure`,
      note: 'page of a working set that a handler puts in place before the guest runs',
    },
    1600,
  ),
  imageCopy2MiB: threeFigures(
    {
      name: 'imageCopy2MiB',
      unit: '2 MiB page',
      side: 'host',
      source: `low [D] ${HYPERALLOC}: the copy taken as dear as zeroing, 345 us less the spread; typical [D] ${HYPERALLOC}: 512 copies of 795 ns (STREAM copy, 1 thread) and a fault of 3.7 us; high [D] ${E2B}: 1.3 GiB/s by userfaultfd`,
      note: 'first write to a large page of an image, all of which is copied',
    },
    [218_000, 411_000, 1_500_000],
  ),
  vmFreeze: threeFigures(
    {
      name: 'vmFreeze',
      unit: 'VM frozen to be forked',
      side: 'host',
      source: `low [E] ${FORKD}: write-protection of its pages 0.5 ms; typical [E] ${MITOS}: 42 to 52 ms; high [E] ${FORKD}: 56 ms, the state of devices in it`,
      note: 'once for all forks; no page is copied',
    },
    [500_000, 47_000_000, 56_000_000],
  ),
  vmFork: threeFigures(
    {
      name: 'vmFork',
      unit: 'VM forked from a frozen one',
      side: 'host',
      source: `low [E] ${ZEROBOOT}: 0.79 ms; typical [D] ${MITOS}: restore 9 to 17, root file system 16 to 18 ms; high [E] ${SMOLVM}: 140 ms`,
      note: 'the fork’s VMM in it; faults are counted one by one',
    },
    [790_000, 30_000_000, 140_000_000],
  ),
};
