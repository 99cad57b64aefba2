// Compiled twice: integer literals only. What Linux 6.12 does, of what differs between the kernels known (docs/kernels.md): 1 is yes.

/** The per-cpu lists' high moves between two bounds; a refill grows, a worker lets it decay. Else high is fixed. */
export const PCP_TUNES_6_12 = 1;
/** Freed blocks of order 1 to 3 empty the lists after batch and half of high_min pages without a request; else after batch. */
export const PCP_KEEPS_BLOCKS_6_12 = 0;
/** Neighbouring single pages that are freed in one go are freed as the largest aligned blocks. */
export const FREES_RUNS_6_12 = 0;
/** A task may lose the processor inside the kernel: after it has its page and before the event that shows it. */
export const PREEMPTS_6_12 = 0;
/** While kswapd is awake, each of several CPUs gathers more of its changes of NR_FREE_PAGES before it hands them over. */
export const KSWAPD_LAGS_6_12 = 1;
