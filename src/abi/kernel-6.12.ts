// Compiled twice: literals only. What Linux 6.12 does otherwise than the other kernels that are known (docs/kernels.md).

export const KERNEL_NAME_6_12 = '6.12';
/** The per-cpu lists' high moves between two bounds; a refill grows, a worker lets it decay. Else high is fixed. */
export const PCP_TUNES_6_12 = true;
/** Neighbouring single pages that are freed in one go are freed as the largest aligned blocks. */
export const FREES_RUNS_6_12 = false;
