// Pages of a placed guest when the recorded kernel moves, splits and joins them.

import { describe, expect, it } from 'vitest';
import { PAGES_DEFAULTS, replayPages } from '../../../../src/recording/placement/replay.ts';
import { ANON, COPY, HUGE, TraceScript } from '../../../support/recording.ts';

const SHELL = 10;
const CONTIG_RANGE = 6;
const OPTIONS = { ...PAGES_DEFAULTS, minPages: 8, samples: 4 };

describe('pages that the kernel moved', () => {
  it('live on: with a recorded new place, and without', () => {
    const script = new TraceScript().fork(1, SHELL).fork(SHELL, 11).fork(SHELL, 12);
    for (let page = 0; page < 16; page += 1) script.alloc(11, 5000 + page, ANON);
    // A contiguous allocation asks for the new place; compaction does not show it.
    script.alloc(99, 6000, COPY).free(99, 5000).migrated(99, 1, CONTIG_RANGE);
    script.free(99, 5001).migrated(99, 1);
    for (let page = 2; page < 16; page += 1) script.free(11, 5000 + page);
    script.free(11, 6000).free(11, 6001).exit(11);
    for (const policy of replayPages(script.finish(), OPTIONS).policies) {
      expect(policy).toMatchObject({ requests: 16, migratedPages: 2, unknownFrees: 0 });
      expect(policy.end.movableFrames).toBe(0);
      expect(policy.exits[0]?.privateFrames).toBe(16);
    }
  });

  it('blocks freed in pieces and pieces freed as blocks keep the count', () => {
    const script = new TraceScript().fork(1, SHELL).fork(SHELL, 11).fork(SHELL, 12);
    script.alloc(11, 5120, HUGE, 9).alloc(11, 5632, ANON).alloc(11, 5633, ANON);
    for (let page = 0; page < 512; page += 2) script.free(11, 5120 + page);
    script.free(11, 5632, 1);
    for (const policy of replayPages(script.finish(), OPTIONS).policies) {
      expect(policy.end.movableFrames).toBe(256);
      expect(policy.unknownFrees).toBe(0);
    }
  });

  it('a free of a frame that nobody holds is counted', () => {
    const script = new TraceScript().fork(1, SHELL).fork(SHELL, 11).free(11, 5000);
    expect(replayPages(script.finish(), OPTIONS).policies[0]?.unknownFrees).toBe(1);
  });
});
