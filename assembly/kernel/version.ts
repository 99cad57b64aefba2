// The kernel whose rules a build has: constants, so nothing is asked at run time (docs/kernels.md).

import { PCP_TUNES_6_1 } from '../../src/abi/kernel-6-1';
import { PCP_TUNES_6_12 } from '../../src/abi/kernel-6-12';

/** Whether the per-cpu lists' high moves; else it is fixed and a drain doubles with each that follows without a request. */
export const PCP_TUNES: bool = (isDefined(KERNEL_6_1) ? PCP_TUNES_6_1 : PCP_TUNES_6_12) != 0;
/**
 * Whether changes of NR_FREE_PAGES are seen by watermarks only when a CPU has gathered enough of them (kernel/lag). Builds for
 * recordings have it; in guests that make up their own load it would be noise that costs time.
 */
export const COUNTS_LAG: bool = isDefined(CORE_LAG);
