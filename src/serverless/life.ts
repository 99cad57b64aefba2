// What a container does to its memory over its life besides its resident set, as shares of that. Functions of traces come
// without any of it: each share has a least, a usual and a most that can be defended, and says where they come from.

/** One share, with where its figures come from. */
export interface LifeShare {
  readonly low: number;
  readonly typical: number;
  readonly high: number;
  readonly source: string;
}

const MEASURED = 'reference 9.2, one process of a Debian-class user space';

export const LIFE_SHARES: Readonly<
  Record<
    'initPeakShare' | 'growthShare' | 'collectionShare' | 'resumeTouchShare' | 'resumeWriteShare',
    LifeShare
  >
> = {
  initPeakShare: {
    low: 0,
    typical: 0.03,
    high: 0.3,
    source: `${MEASURED}: the peak of C, sh, Perl, Python, Node and Java programs is within 3 % of what stays; high (imports of numeric libraries): no source`,
  },
  growthShare: {
    low: 0,
    typical: 0.19,
    high: 0.38,
    source: `high: ${MEASURED}: 4.3 of the 11.3 MiB anonymous of a Node server come over its first 1,000 requests; low: none, as C; typical: half-way, no source for a mix of languages`,
  },
  collectionShare: {
    low: 0,
    typical: 0,
    high: 0.1,
    source: `low, typical: ${MEASURED}: a Node server's resident set stands still from the 1,000th to the 20,000th request, so its collector gives the kernel nothing back; high: no source`,
  },
  resumeTouchShare: {
    low: 0.03,
    typical: 0.13,
    high: 0.39,
    source:
      'REAP (ASPLOS ’21): of the booted footprint 3 to 39 % are touched from a restore to the reply; typical: the mean of 24 MB less 8 MB of the guest OS, over 120 MiB, the mean of FunctionBench’s containers (reference 3.3)',
  },
  resumeWriteShare: {
    low: 0.06,
    typical: 0.15,
    high: 0.47,
    source:
      'reference 3, CPython 3.11 after fork: 6 % (14 packages, no call) and 15 % (json, a call) of the anonymous pages are copied; high: 47 % after a full collection',
  },
};

/**
 * Share of a container's growth that is there after 1, 10, 100 and 1,000 calls; then it stands still. A Node server's
 * anonymous memory (reference 9.2): 7.0 MiB idle, 7.2, 9.0 and 11.3 after 1, 100 and 1,000 requests, 11.3 after
 * 20,000. That after 10 is half-way on a logarithmic scale.
 */
const GROWTH_SHAPE: readonly number[] = [0.05, 0.26, 0.47, 1];

/** Growth comes in lumps, as heaps grow: at these calls of each power of ten. */
const LUMPS: readonly number[] = [1, 2, 5];

/** The call with which the growth of such a shape is whole. */
function grownAfter(shape: readonly number[]): number {
  return 10 ** (shape.length - 1);
}

/** The next call after `call` at which a container grows; Infinity: it does not any more. */
export function nextGrowth(call: number, shape: readonly number[] = GROWTH_SHAPE): number {
  const last = grownAfter(shape);
  for (let power = 1; power <= last; power *= 10) {
    for (const lump of LUMPS) {
      const next = lump * power;
      if (next > call && next <= last) return next;
    }
  }
  return Infinity;
}

/** Share of the growth that is there at a call: between the points of the curve it is straight over the logarithm. */
export function grownShare(call: number, shape: readonly number[] = GROWTH_SHAPE): number {
  if (call < 1) return 0;
  const at = Math.log10(Math.min(call, grownAfter(shape)));
  const before = Math.floor(at);
  const low = shape[before] as number;
  const high = shape[before + 1] ?? low;
  return low + (high - low) * (at - before);
}
