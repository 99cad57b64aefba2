// The kernel whose rules a build has: constants, so nothing is asked at run time (docs/kernels.md).

import { KSWAPD_LAGS_6_1, PCP_KEEPS_BLOCKS_6_1, PCP_TUNES_6_1 } from '../../src/abi/kernel-6-1';
import { KSWAPD_LAGS_6_12, PCP_KEEPS_BLOCKS_6_12, PCP_TUNES_6_12 } from '../../src/abi/kernel-6-12';
import { KSWAPD_LAGS_7_3, PCP_KEEPS_BLOCKS_7_3, PCP_TUNES_7_3 } from '../../src/abi/kernel-7-3';

const IS_6_1: bool = isDefined(KERNEL_6_1);
const IS_7_3: bool = isDefined(KERNEL_7_3);

/** Whether the per-cpu lists' high moves; else it is fixed and a drain doubles with each that follows without a request. */
export const PCP_TUNES: bool =
  (IS_6_1 ? PCP_TUNES_6_1 : IS_7_3 ? PCP_TUNES_7_3 : PCP_TUNES_6_12) != 0;
/** How long frees without a request go on before a block of order 1 to 3 empties the lists: half of high_min pages longer. */
export const PCP_KEEPS_BLOCKS: bool =
  (IS_6_1 ? PCP_KEEPS_BLOCKS_6_1 : IS_7_3 ? PCP_KEEPS_BLOCKS_7_3 : PCP_KEEPS_BLOCKS_6_12) != 0;
/**
 * Whether changes of NR_FREE_PAGES are seen by watermarks only when a CPU has gathered enough of them (kernel/lag). Builds for
 * recordings have it; in guests that make up their own load it would be noise that costs time.
 */
export const COUNTS_LAG: bool = isDefined(CORE_LAG);
/** Whether the lag grows while kswapd is awake, in guests of several CPUs. */
export const KSWAPD_LAGS: bool =
  COUNTS_LAG && (IS_6_1 ? KSWAPD_LAGS_6_1 : IS_7_3 ? KSWAPD_LAGS_7_3 : KSWAPD_LAGS_6_12) != 0;
