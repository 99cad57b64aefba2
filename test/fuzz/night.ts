// What a night gives each fuzzer: an hour of one core.

/** CPU time of all fuzzers together. */
export const NIGHT_SECONDS = 3600;

/**
 * Each fuzzer's part of it, in seconds: what it takes for its amount and a quarter more, where that is known and short; the rest is for
 * those that would take longer, which are told to be short of it. What one leaves goes to those after it, by their parts; the largest
 * come last. Measured in the night of 2026-11-28: docs/decisions/0060-fuzzers-and-amounts.md.
 */
export const NIGHT_PARTS: Readonly<Record<string, number>> = {
  virtio: 15,
  snapshot: 30,
  'czone-virtio': 40,
  checkpoint: 55,
  commands: 70,
  llfree: 75,
  'recording-text': 90,
  library: 100,
  memo: 100,
  'llfree-guest': 115,
  allocator: 120,
  compaction: 120,
  czone: 120,
  mechanisms: 125,
  queue: 130,
  hyperalloc: 140,
  vmm: 170,
  parquet: 200,
  documents: 220,
  exports: 300,
  'import-text': 330,
  trace: 435,
  recording: 500,
};
