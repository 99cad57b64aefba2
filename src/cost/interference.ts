/**
 * What calls lose while memory is taken from their VM beside them: a share of their speed, for as long as the work takes. One pair of
 * shares for work that goes page by page (locks of the zone, a TLB shoot-down each), one for work by ranges of 2 MiB.
 */
import type { OperationName } from './names.ts';
import type { PriceLevel } from './price.ts';
import { HYPERALLOC } from './source.ts';

export type WorkKind = 'byPage' | 'byRange';

export interface LostShare {
  readonly low: number;
  readonly typical: number;
  readonly high: number;
  readonly source: string;
}

const MEASURED = `${HYPERALLOC}, a VM of 12 vCPUs shrunk by 18 GiB, first percentile of windows`;

export const LOST_SHARES: Readonly<Record<WorkKind, LostShare>> = {
  byPage: {
    low: 0.06,
    typical: 0.187,
    high: 0.58,
    source: `[D] ${MEASURED}: low: computing (FTQ) beside virtio-mem, 12 threads; high: memory bandwidth (STREAM) beside the balloon, 4 threads; typical: their geometric mean, as computing beside the balloon has at 12 threads (0.19)`,
  },
  byRange: {
    low: 0,
    typical: 0.01,
    high: 0.02,
    source: `[E] ${MEASURED}: the huge balloon takes 0, 1 and 2 % of computing at 1, 4 and 12 threads and 2 % of bandwidth; HyperAlloc nothing that can be seen`,
  },
};

/** Operations that go page by page inside, whatever their unit is: virtio-mem and DIMMs isolate and free each page of a block. */
const BY_PAGE: ReadonlySet<OperationName> = new Set<OperationName>([
  'balloonInflatePage',
  'balloonDeflatePage',
  'virtioMemUnplug2MiB',
  'dimmOfflineBlock',
  'pageMigrate',
]);

/** How work goes that has such an operation in it. */
export function workKindOf(name: OperationName): WorkKind {
  return BY_PAGE.has(name) ? 'byPage' : 'byRange';
}

export function lostShare(kind: WorkKind, level: PriceLevel): number {
  return LOST_SHARES[kind][level];
}
