// Compiled twice: integer literals only. FNV-1a of 32 bits, which fingerprints snapshots, results and labels: start at the
// basis, then for each unit exclusive-or it in and multiply by the prime.

export const FNV_BASIS = 2166136261;
export const FNV_PRIME = 16777619;
