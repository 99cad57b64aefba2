// Compiled twice: integer literals only. What Linux 6.1 does otherwise than 6.12 (docs/kernels.md says what each is).

export const PCP_TUNES_6_1 = 0;
export const PCP_KEEPS_BLOCKS_6_1 = 0;
export const FREES_RUNS_6_1 = 0;
export const PREEMPTS_6_1 = 0;
export const KSWAPD_LAGS_6_1 = 1;
