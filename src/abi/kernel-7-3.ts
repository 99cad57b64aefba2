// Compiled twice: integer literals only. What Linux 7.3 does otherwise than 6.12 (docs/kernels.md says what each is).

export const PCP_TUNES_7_3 = 1;
export const PCP_KEEPS_BLOCKS_7_3 = 1;
export const FREES_RUNS_7_3 = 1;
export const PREEMPTS_7_3 = 1;
export const KSWAPD_LAGS_7_3 = 0;
