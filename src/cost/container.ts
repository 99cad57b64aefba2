/** Prices of containers and processes inside a guest. */
import type { ContainerOperation } from './names.ts';
import { type Price, threeFigures, twoFigures } from './price.ts';
import { CRUN, LAMBDA, MEASURED } from './source.ts';

const SPLIT =
  'split 58.6 to 41.4 into create+start and destroy as containerd CRI divides (0.50 + 0.18 s to 0.48 s, [S] Espe 2020)';

export const CONTAINER_PRICES: Readonly<Record<ContainerOperation, Price>> = {
  containerCreate: twoFigures(
    {
      name: 'containerCreate',
      unit: 'container',
      side: 'guest',
      source: `[D] ${CRUN}; ${SPLIT}`,
      includes: ['processFork', 'processExec'],
      note: 'namespaces, cgroup, rootfs mount, first process. RunD notes [S] a writable rootfs layer at 207 ms before and 0.2 ms after its rootfs split; here the split form',
    },
    9_900_000,
    19_600_000,
  ),
  containerDestroy: twoFigures(
    {
      name: 'containerDestroy',
      unit: 'container',
      side: 'guest',
      source: `[D] ${CRUN}; ${SPLIT}`,
      note: 'without freeing the pages of its processes',
    },
    7_000_000,
    13_800_000,
  ),
  functionInit: threeFigures(
    {
      name: 'functionInit',
      unit: 'runtime start',
      side: 'guest',
      source: `[D] ${LAMBDA}: C++ 16 ms, Python 3.12 83 ms, Java 11 290 ms, less what the pages of such a process take here (reference 9.2, typical prices: 1, 24 and 36 ms)`,
      note: 'language runtime and imports until the handler is ready, without page faults and file reads, which are counted one by one. Nobody published it for the functions of a trace',
    },
    [15_000_000, 59_000_000, 254_000_000],
  ),
  processFork: twoFigures(
    {
      name: 'processFork',
      unit: 'fork',
      side: 'guest',
      source: `[R] recalled: 50 to 250 us for a small process; no published source found. ${MEASURED}: 19 to 53 us (p10, p90) for a static program with next to nothing mapped, 46 to 57 ns a page more`,
      note: 'fixed part; forkPage for each page mapped',
    },
    50_000,
    250_000,
  ),
  forkPage: twoFigures(
    {
      name: 'forkPage',
      unit: 'mapped 4 KiB page',
      side: 'guest',
      source:
        '[D] from Zhao 2021 as noted by a third party [S]: more than 1 ms for 176 MB, 6.5 ms for 1 GB',
      note: 'page-table entry and reference count copied at fork',
    },
    22,
    26,
  ),
  processExec: twoFigures(
    {
      name: 'processExec',
      unit: 'exec',
      side: 'guest',
      source: `[R] recalled: 0.25 to 1.5 ms for a dynamically linked program in page cache; no published source found. ${MEASURED}: 0.70 to 1.1 ms (p10, p90) for /bin/true with its exit, 0.49 to 0.70 ms for a static program`,
    },
    250_000,
    1_500_000,
  ),
};
