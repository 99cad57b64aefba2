// The recordings in ../shared replayed under each policy.

import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  PAGES_DEFAULTS,
  type PolicyResult,
  replayPages,
} from '../../src/recording/placement/replay.ts';
import { openCapture } from '../../src/recording/read/capture.ts';
import { sized } from './size.ts';

function byName(policies: readonly PolicyResult[]): Record<string, PolicyResult> {
  return Object.fromEntries(policies.map((policy) => [policy.name, policy]));
}

const CAPTURES = path.resolve(import.meta.dirname, '../../../shared/captures');

/** Requests and containers of each; the first two by default. */
const RECORDED = [
  ['smoke-768', 2506, 1],
  ['fifo-768', 26130, 6],
  ['inflate-512', 42966, 1],
] as const;
const PLAYED = RECORDED.slice(0, sized(2, RECORDED.length));

describe.skipIf(!existsSync(CAPTURES))('recordings in ../shared', () => {
  it.each(PLAYED)(
    '%s: linux gets the recorded frames, czone nothing to migrate',
    async (name, requests, containers) => {
      const capture = await openCapture(path.join(CAPTURES, `linux-6.12-${name}`));
      const { policies } = replayPages(capture, { ...PAGES_DEFAULTS, samples: 4 });
      const { linux, czone } = byName(policies);
      expect(linux).toMatchObject({ requests, compared: requests });
      expect(linux?.sameFrame).toBeGreaterThanOrEqual(0.99 * requests);
      expect(czone?.exitTotals.containers).toBe(containers);
      expect(czone?.exitTotals.blocks2MiB).toMatchObject({ migrateFrames: 0, unmovableFrames: 0 });
      expect(linux?.exitTotals.blocks2MiB.migrateFrames).toBeGreaterThan(0);
      for (const policy of policies) {
        expect(policy).toMatchObject({ failed: 0, unknownFrees: 0, overflowPages: 0 });
        expect(policy.end.movableFrames).toBe(linux?.end.movableFrames);
        expect(policy.end.unmovableFrames).toBe(linux?.end.unmovableFrames);
      }
    },
  );
});
