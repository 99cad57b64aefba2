// Every fuzzer of the project. `npm run fuzz` lists them, `npm run fuzz -- NAME --seed N --seconds S` runs one, `all` shares the time.

import { allocator } from './allocator.ts';
import { canary, stuck } from './canary.ts';
import { checkpoint } from './checkpoint.ts';
import { commands } from './commands.ts';
import { compaction } from './compaction.ts';
import { czone } from './czone.ts';
import { czoneVirtio } from './czone-virtio.ts';
import { documents } from './documents.ts';
import { exports } from './exports.ts';
import type { Fuzzer } from './fuzzer.ts';
import { hyperalloc } from './hyperalloc.ts';
import { importText } from './import-text.ts';
import { library } from './library.ts';
import { llfree } from './llfree.ts';
import { llfreeGuest } from './llfree-guest.ts';
import { mechanisms } from './mechanisms.ts';
import { memo } from './memo.ts';
import { parquet } from './parquet.ts';
import { queue } from './queue.ts';
import { recording } from './recording.ts';
import { recordingText } from './recording-text.ts';
import { snapshot } from './snapshot.ts';
import { trace } from './trace.ts';
import { virtio } from './virtio.ts';
import { vmm } from './vmm.ts';

/** Those that find nothing as long as all is well. */
export const FUZZERS: readonly Fuzzer[] = [
  allocator,
  compaction,
  llfree,
  llfreeGuest,
  hyperalloc,
  mechanisms,
  commands,
  memo,
  czone,
  queue,
  virtio,
  czoneVirtio,
  vmm,
  library,
  trace,
  parquet,
  recording,
  recordingText,
  importText,
  documents,
  snapshot,
  checkpoint,
  exports,
];

/** And the two that must find something. */
export const ALL_FUZZERS: readonly Fuzzer[] = [...FUZZERS, canary, stuck];
