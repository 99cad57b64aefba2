/** Prices of giving frames back to the host (discard, EPT zap, free) and of crossing between guest and host. */
import type { ReleaseOperation } from './names.ts';
import { type Price, threeFigures, twoFigures } from './price.ts';
import { HYPERALLOC, SQUEEZY } from './source.ts';

export const RELEASE_PRICES: Readonly<Record<ReleaseOperation, Price>> = {
  hostRelease4KiB: threeFigures(
    {
      name: 'hostRelease4KiB',
      unit: 'backed 4 KiB page',
      side: 'host',
      source: `typical [D] ${HYPERALLOC}: balloon, touched minus untouched; low: single-figure spread; high [D] ${SQUEEZY}: host part of a balloon page in Cloud Hypervisor, about 9 us`,
      note: 'one discard a page; an upper bound where one call discards a range',
    },
    [1210, 1920, 9000],
  ),
  hostRelease2MiB: threeFigures(
    {
      name: 'hostRelease2MiB',
      unit: 'backed 2 MiB frame',
      side: 'host',
      source: `[D] ${HYPERALLOC}, touched minus untouched: low HyperAlloc 5.9 us, typical 2 MiB balloon 8.4 us, high virtio-mem 11.5 us`,
      note: 'host memory in 2 MiB frames; a 2 MiB range backed in 4 KiB frames is counted as hostRelease4KiB for each',
    },
    [5900, 8400, 11_500],
  ),
  vmExit: threeFigures(
    {
      name: 'vmExit',
      unit: 'exit round trip',
      side: 'host',
      source:
        '[R] recalled for KVM: 0.5 to 1 us handled in the kernel (low), 2 to 4 us through user space (typical, high). Compare [E] 3 to 10 us on QNX, [S] 0.7 us on Apple HVF',
      note: 'a queue notification (kick) is one',
    },
    [500, 2000, 4000],
  ),
  interrupt: twoFigures(
    {
      name: 'interrupt',
      unit: 'interrupt',
      side: 'host',
      source: '[R] recalled: taken as dear as an exit, 0.5 us posted to 4 us through user space',
      note: 'device to guest, entry of the handler included',
    },
    500,
    4000,
  ),
};
