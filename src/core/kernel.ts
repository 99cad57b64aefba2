// The kernels whose rules are known, oldest first (docs/kernels.md).

import { FREES_RUNS_6_1, PCP_TUNES_6_1, PREEMPTS_6_1 } from '../abi/kernel-6-1.ts';
import { FREES_RUNS_6_12, PCP_TUNES_6_12, PREEMPTS_6_12 } from '../abi/kernel-6-12.ts';
import { FREES_RUNS_7_3, PCP_TUNES_7_3, PREEMPTS_7_3 } from '../abi/kernel-7-3.ts';

export type KernelName = '6.1' | '6.12' | '7.3';

/** What a kernel does otherwise than others; each rule is a line of docs/kernels.md. */
export interface KernelRules {
  readonly name: KernelName;
  /** First version that has these rules: major, minor. */
  readonly from: readonly [major: number, minor: number];
  readonly pcpTunes: boolean;
  readonly freesRuns: boolean;
  readonly preempts: boolean;
}

export const KERNELS: readonly KernelRules[] = [
  rules('6.1', [0, 0], PCP_TUNES_6_1, FREES_RUNS_6_1, PREEMPTS_6_1),
  rules('6.12', [6, 7], PCP_TUNES_6_12, FREES_RUNS_6_12, PREEMPTS_6_12),
  rules('7.3', [7, 1], PCP_TUNES_7_3, FREES_RUNS_7_3, PREEMPTS_7_3),
];

function rules(
  name: KernelName,
  from: KernelRules['from'],
  pcpTunes: number,
  freesRuns: number,
  preempts: number,
): KernelRules {
  return {
    name,
    from,
    pcpTunes: pcpTunes !== 0,
    freesRuns: freesRuns !== 0,
    preempts: preempts !== 0,
  };
}

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
