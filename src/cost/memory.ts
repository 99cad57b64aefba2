/** Prices of what the guest kernel does with page frames: allocate, free, zero, copy, move, describe. */
import type { MemoryOperation } from './names.ts';
import { oneFigure, type Price, threeFigures, twoFigures } from './price.ts';
import { HYPERALLOC, LLFREE, SQUEEZY } from './source.ts';

export const MEMORY_PRICES: Readonly<Record<MemoryOperation, Price>> = {
  buddyAlloc0: threeFigures(
    {
      name: 'buddyAlloc0',
      unit: 'allocation, order 0',
      side: 'guest',
      source: `[E] ${LLFREE}: 94 and 113 ns on one core, 298 ns with 8 cores in bulk. Cross-check [D] ${HYPERALLOC}: 220 ns a page, touching included`,
    },
    [94, 113, 298],
  ),
  buddyFree0: threeFigures(
    {
      name: 'buddyFree0',
      unit: 'free, order 0',
      side: 'guest',
      source: `[E] ${LLFREE}: 90 ns on one core, 350 ns with 8 cores in bulk; low: single-figure spread on 90`,
    },
    [57, 90, 350],
  ),
  buddyAlloc9: oneFigure(
    {
      name: 'buddyAlloc9',
      unit: 'allocation, order 9',
      side: 'guest',
      source: `[E] ${LLFREE}: 2.6 us in bulk; spread: single figure`,
    },
    2600,
  ),
  buddyFree9: oneFigure(
    {
      name: 'buddyFree9',
      unit: 'free, order 9',
      side: 'guest',
      source: `[E] ${LLFREE}: 0.44 us in bulk; spread: single figure`,
    },
    440,
  ),
  guestZero4KiB: twoFigures(
    {
      name: 'guestZero4KiB',
      unit: '4 KiB page',
      side: 'guest',
      source: `low [D] ${HYPERALLOC}: 0.66 us per 4 KiB of a 2 MiB install; high [D] ${SQUEEZY}: 0.3 s/GiB = 1.1 us`,
      note: 'host-backed page, cold in cache; EPT faults apart',
    },
    660,
    1100,
  ),
  guestCopy4KiB: oneFigure(
    {
      name: 'guestCopy4KiB',
      unit: '4 KiB page',
      side: 'guest',
      source: `[D] ${HYPERALLOC}: STREAM copy, 1 thread, 10.3 GB/s read and written; spread: single figure`,
      note: 'the copy alone; its fault and allocation are counted by themselves',
    },
    795,
  ),
  pageMigrate: threeFigures(
    {
      name: 'pageMigrate',
      unit: '4 KiB page',
      side: 'guest',
      source: `typical [D] ${SQUEEZY}: 0.75 s/GiB if all pages of a block move = 2.9 us; high: the same time if half of them do; low: single-figure spread`,
      includes: ['guestCopy4KiB', 'buddyAlloc0', 'buddyFree0'],
      note: 'unmap, copy, remap, TLB flush; an EPT fault on an unbacked target is counted by itself',
    },
    [1830, 2900, 5800],
  ),
  memmapInitPage: threeFigures(
    {
      name: 'memmapInitPage',
      unit: '4 KiB page described',
      side: 'guest',
      source: `low and typical [D] 64 of 4096 bytes at the two figures of guestZero4KiB; high [D] ${HYPERALLOC}: all of a virtio-mem plug (21.3 us per 2 MiB) taken as memmap`,
      note: 'struct page of memory added at boot beyond what kernelBoot covers; plug prices include theirs',
    },
    [10, 17, 42],
  ),
};
