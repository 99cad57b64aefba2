/** Prices of page faults: second-level (EPT) faults that the host serves, and the guest's own. */
import type { FaultOperation } from './names.ts';
import { oneFigure, type Price, threeFigures, twoFigures } from './price.ts';
import { FAASNAP, HYPERALLOC, MEASURED, SQUEEZY } from './source.ts';

export const FAULT_PRICES: Readonly<Record<FaultOperation, Price>> = {
  hostFault4KiB: threeFigures(
    {
      name: 'hostFault4KiB',
      unit: 'EPT fault',
      side: 'host',
      source: `low [S] ${FAASNAP}: anonymous fault 2.5 us; typical [D] ${HYPERALLOC}: first touch after a 4 KiB balloon, second touch subtracted; high: single-figure spread on the latter`,
      includes: ['vmExit'],
      note: 'a 4 KiB host frame, zeroed by the host',
    },
    [2500, 3540, 5600],
  ),
  hostFault2MiB: threeFigures(
    {
      name: 'hostFault2MiB',
      unit: 'EPT fault',
      side: 'host',
      source: `typical [D] ${HYPERALLOC}: 340 to 354 us; low: single-figure spread; high [D] 512 pages zeroed at ${SQUEEZY}'s 1.1 us`,
      includes: ['vmExit'],
      note: 'a 2 MiB host frame, zeroed by the host, which is nearly all of the cost',
    },
    [218_000, 345_000, 563_000],
  ),
  templateMapFault: oneFigure(
    {
      name: 'templateMapFault',
      unit: 'EPT fault',
      side: 'host',
      source: `[S] ${FAASNAP}: minor fault of a page-cache page, 3.7 us; spread: single figure`,
      includes: ['vmExit'],
      note: 'read of a template page that is in host memory; the same text gives 35 ms for 9,000 cached faults = 3.9 us each',
    },
    3700,
  ),
  templateCowCopy: threeFigures(
    {
      name: 'templateCowCopy',
      unit: 'EPT fault',
      side: 'host',
      source: `low [S] ${FAASNAP}: anonymous fault, the copy taken as dear as zeroing; typical [D] minor fault 3.7 us + 0.8 us to copy 4 KiB at 10.3 GB/s (${HYPERALLOC}, STREAM copy, 1 thread); high [S] ${FAASNAP}: userfaultfd page, 6.7 us`,
      includes: ['vmExit', 'templateMapFault'],
      note: 'first write to a template page, copy included',
    },
    [2500, 4500, 6700],
  ),
  userfaultPage: oneFigure(
    {
      name: 'userfaultPage',
      unit: '4 KiB page',
      side: 'host',
      source: `[S] ${FAASNAP}: 6.7 us; spread: single figure`,
      includes: ['vmExit'],
      note: 'page installed by a user-space handler',
    },
    6700,
  ),
  snapshotPageRead: oneFigure(
    {
      name: 'snapshotPageRead',
      unit: '4 KiB page',
      side: 'host',
      source: `[S] ${FAASNAP}: 13.3 us from NVMe; spread: single figure`,
      includes: ['vmExit'],
      note: 'fault on a snapshot page that is not in host memory',
    },
    13_300,
  ),
  guestMinorFault: twoFigures(
    {
      name: 'guestMinorFault',
      unit: 'guest fault',
      side: 'guest',
      source: `[R] recalled: 0.25 to 1 us for entry, handler and page-table update on current x86-64; no published source found. ${MEASURED}: 1.1 to 1.3 us (p10, p90) a write fault on a cached page, above the range: that machine is virtual itself`,
      note: 'anonymous or page-cache fault inside the guest, without allocation, zeroing, copy and EPT fault, which are counted by themselves',
    },
    250,
    1000,
  ),
};
