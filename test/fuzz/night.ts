// What a night gives each fuzzer: an hour of one core.

/** CPU time of all fuzzers together. */
export const NIGHT_SECONDS = 3600;

/**
 * Each fuzzer's part of it, in seconds: what it takes for its amount, and a third more, where that is a few minutes. The rest is for
 * those that would take longer, which are told to be short of it. What one leaves goes to those after it, by their parts; the largest
 * come last.
 */
export const NIGHT_PARTS: Readonly<Record<string, number>> = {
  virtio: 30,
  snapshot: 30,
  'recording-text': 40,
  'czone-virtio': 60,
  checkpoint: 80,
  commands: 90,
  library: 100,
  llfree: 100,
  'llfree-guest': 100,
  mechanisms: 100,
  memo: 100,
  allocator: 120,
  compaction: 120,
  czone: 120,
  queue: 140,
  hyperalloc: 150,
  vmm: 180,
  parquet: 220,
  documents: 240,
  exports: 270,
  'import-text': 310,
  recording: 400,
  trace: 500,
};
