// Compiled twice: literals only. What Linux 7.3 does otherwise than 6.12 (docs/kernels.md says what each is).

export const KERNEL_NAME_7_3 = '7.3';
export const PCP_TUNES_7_3 = true;
export const FREES_RUNS_7_3 = true;
