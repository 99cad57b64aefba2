/**
 * Prices of CZones and czone-virtio. The paper publishes none and the protocol is this project's own design, so each is bounded
 * by published mechanisms that do less and more: HyperAlloc's shared state below, Squeezy's partitions above. The bounds are far
 * apart on purpose: a conclusion that depends on where inside them the truth lies is not one.
 */
import type { CZoneOperation } from './names.ts';
import { type Price, threeFigures } from './price.ts';
import { HYPERALLOC, SQUEEZY } from './source.ts';

export const CZONE_PRICES: Readonly<Record<CZoneOperation, Price>> = {
  czonePlug2MiB: threeFigures(
    {
      name: 'czonePlug2MiB',
      unit: '2 MiB of a block',
      side: 'guest',
      source: `[D] modelled: low HyperAlloc growing, 2.35 ms for 18 GiB = 0.26 us (${HYPERALLOC}); typical virtio-mem plug, same data; high ${SQUEEZY}: 35 ms for 6 blocks of 128 MiB`,
      includes: ['memmapInitPage', 'buddyFree9'],
      note: 'per 2 MiB whatever the block size; the message is counted by itself',
    },
    [260, 21_300, 91_100],
  ),
  czoneRelease2MiB: threeFigures(
    {
      name: 'czoneRelease2MiB',
      unit: '2 MiB of a block',
      side: 'guest',
      source: `[D] modelled: low HyperAlloc shrinking untouched memory, 0.43 us, typical 2 MiB balloon untouched, 7.6 us (${HYPERALLOC}); high ${SQUEEZY}: partition drop, 7.9 ms per 128 MiB less hostRelease2MiB`,
      includes: ['buddyAlloc9'],
      note: 'guest side of taking a free block out; hostRelease2MiB or hostRelease4KiB for what is backed; the message is counted by itself',
    },
    [430, 7600, 115_000],
  ),
  czoneMessage: threeFigures(
    {
      name: 'czoneMessage',
      unit: 'message and answer',
      side: 'host',
      source:
        '[R] modelled: low and typical one exit and one interrupt at their own prices; high [E] a 10 us round trip on QNX',
      includes: ['vmExit', 'interrupt'],
      note: 'czone-virtio request with up to 128 ranges and its acknowledgement',
    },
    [1000, 3410, 10_000],
  ),
};
