/** Prices of the balloon and of free page reporting. Releasing backed frames comes on top (release.ts). */
import type { BalloonOperation } from './names.ts';
import { oneFigure, type Price, threeFigures } from './price.ts';
import { HYPERALLOC, SQUEEZY } from './source.ts';

export const BALLOON_PRICES: Readonly<Record<BalloonOperation, Price>> = {
  balloonInflatePage: threeFigures(
    {
      name: 'balloonInflatePage',
      unit: '4 KiB page',
      side: 'guest',
      source: `typical [D] ${HYPERALLOC}: 20 GiB to 2 GiB, never touched, 2.54 us; low [D] ${SQUEEZY}: about 11 us a page less 9 us on the host side; high: single-figure spread`,
      includes: ['buddyAlloc0', 'vmExit', 'interrupt'],
      note: 'allocation, array of 256 and its notification, device loop; hostRelease4KiB if the page is backed',
    },
    [2000, 2540, 4020],
  ),
  balloonDeflatePage: oneFigure(
    {
      name: 'balloonDeflatePage',
      unit: '4 KiB page',
      side: 'guest',
      source: `[D] ${HYPERALLOC}: 2 GiB to 20 GiB, 1.81 us; spread: single figure`,
      includes: ['buddyFree0', 'vmExit', 'interrupt'],
    },
    1810,
  ),
  balloonInflate2MiB: oneFigure(
    {
      name: 'balloonInflate2MiB',
      unit: '2 MiB block',
      side: 'guest',
      source: `[D] ${HYPERALLOC}: 2 MiB balloon, never touched, 7.6 us; spread: single figure`,
      includes: ['buddyAlloc9', 'vmExit', 'interrupt'],
      note: 'hostRelease2MiB if the block is backed',
    },
    7600,
  ),
  balloonDeflate2MiB: oneFigure(
    {
      name: 'balloonDeflate2MiB',
      unit: '2 MiB block',
      side: 'guest',
      source: `[D] ${HYPERALLOC}: 2 MiB balloon, 61.4 ms for 18 GiB = 6.7 us; spread: single figure`,
      includes: ['buddyFree9', 'vmExit', 'interrupt'],
    },
    6700,
  ),
  reportRange: oneFigure(
    {
      name: 'reportRange',
      unit: 'range reported',
      side: 'guest',
      source: `[D] taken as a block of the 2 MiB balloon, which takes the same steps (${HYPERALLOC}): no figure for reporting itself; spread: single figure`,
      includes: ['buddyAlloc9', 'buddyFree9', 'vmExit', 'interrupt'],
      note: 'isolation, batch of 32, return to the list; frames released are counted by themselves. Firecracker documents about 200 ms to hint 1 GB, release included',
    },
    7600,
  ),
};
