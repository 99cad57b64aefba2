// The kernels whose rules are known, oldest first (docs/kernels.md).

import {
  FREES_RUNS_6_1,
  KSWAPD_LAGS_6_1,
  PCP_KEEPS_BLOCKS_6_1,
  PCP_TUNES_6_1,
  PREEMPTS_6_1,
} from '../abi/kernel-6-1.ts';
import {
  FREES_RUNS_6_12,
  KSWAPD_LAGS_6_12,
  PCP_KEEPS_BLOCKS_6_12,
  PCP_TUNES_6_12,
  PREEMPTS_6_12,
} from '../abi/kernel-6-12.ts';
import {
  FREES_RUNS_7_3,
  KSWAPD_LAGS_7_3,
  PCP_KEEPS_BLOCKS_7_3,
  PCP_TUNES_7_3,
  PREEMPTS_7_3,
} from '../abi/kernel-7-3.ts';

import type { CoreBuild } from './instantiate.ts';

export type KernelName = '6.1' | '6.12' | '7.3';

/** What a kernel does otherwise than others; each rule is a line of docs/kernels.md. */
export interface KernelRules {
  readonly name: KernelName;
  /** First version that has these rules: major, minor. */
  readonly from: readonly [major: number, minor: number];
  /** The core's build for recordings of it. */
  readonly build: CoreBuild;
  readonly pcpTunes: boolean;
  readonly pcpKeepsBlocks: boolean;
  readonly freesRuns: boolean;
  readonly preempts: boolean;
  readonly kswapdLags: boolean;
}

/** The rules are numbers where the core has them too. */
const ON: number = 1;

export const KERNELS: readonly KernelRules[] = [
  {
    name: '6.1',
    from: [0, 0],
    build: 'release-6.1',
    pcpTunes: PCP_TUNES_6_1 === ON,
    pcpKeepsBlocks: PCP_KEEPS_BLOCKS_6_1 === ON,
    freesRuns: FREES_RUNS_6_1 === ON,
    preempts: PREEMPTS_6_1 === ON,
    kswapdLags: KSWAPD_LAGS_6_1 === ON,
  },
  {
    name: '6.12',
    from: [6, 7],
    build: 'recorded',
    pcpTunes: PCP_TUNES_6_12 === ON,
    pcpKeepsBlocks: PCP_KEEPS_BLOCKS_6_12 === ON,
    freesRuns: FREES_RUNS_6_12 === ON,
    preempts: PREEMPTS_6_12 === ON,
    kswapdLags: KSWAPD_LAGS_6_12 === ON,
  },
  {
    name: '7.3',
    from: [7, 1],
    build: 'release-7.3',
    pcpTunes: PCP_TUNES_7_3 === ON,
    pcpKeepsBlocks: PCP_KEEPS_BLOCKS_7_3 === ON,
    freesRuns: FREES_RUNS_7_3 === ON,
    preempts: PREEMPTS_7_3 === ON,
    kswapdLags: KSWAPD_LAGS_7_3 === ON,
  },
];

/** The rules of a kernel by what `uname -a` says; those of 6.12 where it says nothing. */
export function kernelOf(uname: string): KernelRules {
  const version = /(?:^|\s)(\d+)\.(\d+)\.\d/.exec(uname);
  const [major, minor] = version === null ? [6, 12] : [Number(version[1]), Number(version[2])];
  const known = KERNELS.findLast(
    ({ from }) => major > from[0] || (major === from[0] && minor >= from[1]),
  );
  if (known === undefined) throw new RangeError('the oldest kernel has rules for all before it');
  return known;
}
