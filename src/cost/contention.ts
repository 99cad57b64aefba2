/**
 * Prices of starting a VM beside others on the same host. Measured makespans of N starts at once are T(N) = a + s N + q N^2: what runs
 * in parallel, and a part that is done for one VM at a time and longer by c = 2q for each that is there (docs/decisions/0051-contention-of-starts.md).
 */
import type { ContentionOperation } from './names.ts';
import { type Price, threeFigures, twoFigures } from './price.ts';
import { RUND } from './source.ts';

const FIT = `least squares over relative errors of the makespans of 1 to 400 starts, ${RUND}`;

export const CONTENTION_PRICES: Readonly<Record<ContentionOperation, Price>> = {
  cloneSerial: threeFigures(
    {
      name: 'cloneSerial',
      unit: 'clone, one at a time on a host',
      side: 'host',
      source: `typical [D] RunD, high [D] kata-template: s of ${FIT}; low: single-figure spread`,
      note: 'cgroups, namespaces, mounts, all under global locks. Part of a start that is alone, too: only others wait for it',
    },
    [2_210_000, 3_500_000, 5_290_000],
  ),
  clonePerVm: twoFigures(
    {
      name: 'clonePerVm',
      unit: 'clone, for each VM on the host',
      side: 'host',
      source: `low [D] RunD: 2q of ${FIT}; high [D] the same: one start beside 1,000 sandboxes takes 30 ms more`,
      note: 'added to cloneSerial. kata-template has 0.023 and 0.031 ms',
    },
    12_400,
    30_000,
  ),
  bootSerial: twoFigures(
    {
      name: 'bootSerial',
      unit: 'boot, one at a time on a host',
      side: 'host',
      source: `low [D] kata-qemu, high [D] kata-fc: s of ${FIT}`,
      note: 'part of a start that is alone, too. Of kata-fc also the block device of its root file system',
    },
    28_400_000,
    105_900_000,
  ),
  bootPerVm: twoFigures(
    {
      name: 'bootPerVm',
      unit: 'boot, for each VM on the host',
      side: 'host',
      source: `low [D] kata-qemu: 2q of ${FIT}; high [D] kata-fc: one start beside 1,000 sandboxes takes 1,080 ms more`,
      note: 'added to bootSerial. 2q of kata-fc is 0.45 ms; kata-qemu beside 1,000 has 0.14',
    },
    45_000,
    1_080_000,
  ),
};
