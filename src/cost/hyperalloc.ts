/** Prices of HyperAlloc, per huge frame. Releasing backed memory comes on top of a reclaim. */
import type { HyperAllocOperation } from './names.ts';
import { oneFigure, type Price, threeFigures } from './price.ts';
import { HYPERALLOC } from './source.ts';

export const HYPERALLOC_PRICES: Readonly<Record<HyperAllocOperation, Price>> = {
  hyperallocReclaim2MiB: oneFigure(
    {
      name: 'hyperallocReclaim2MiB',
      unit: '2 MiB frame',
      side: 'host',
      source: `[D] ${HYPERALLOC}: shrinking untouched memory, 3.97 ms for 18 GiB, 0.43 us; spread: single figure`,
      note: 'finding it in the guest’s tables, marking and unmapping it; hostRelease2MiB or hostRelease4KiB for what is backed. The guest does nothing',
    },
    430,
  ),
  hyperallocReturn2MiB: oneFigure(
    {
      name: 'hyperallocReturn2MiB',
      unit: '2 MiB frame',
      side: 'host',
      source: `[D] ${HYPERALLOC}: growing by 18 GiB, 2.35 ms, 0.26 us; spread: single figure`,
      note: 'marking it in the guest’s tables; memory comes when it is used (hyperallocInstall2MiB)',
    },
    255,
  ),
  hyperallocInstall2MiB: threeFigures(
    {
      name: 'hyperallocInstall2MiB',
      unit: '2 MiB frame',
      side: 'host',
      source: `[D] ${HYPERALLOC}: first touch after growing, second touch subtracted: 340 to 354 us, the middle typical`,
      includes: ['vmExit'],
      note: 'the request and its answer, and 2 MiB zeroed by the host, which is nearly all of it',
    },
    [340_000, 347_000, 354_000],
  ),
};
