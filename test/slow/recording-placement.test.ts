// A recording replayed under each policy: a made-up one, and those in ../shared.

import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  PAGES_DEFAULTS,
  type PolicyResult,
  replayPages,
} from '../../src/recording/placement/replay.ts';
import { openCapture } from '../../src/recording/read/capture.ts';
import { ANON, KERNEL, READAHEAD, TraceScript, ZONE_START } from '../support/recording.ts';
import { sized } from './size.ts';

const SHELL = 10;
const OPTIONS = { ...PAGES_DEFAULTS, minPages: 8, samples: 4 };

/** A shell with two containers whose private, file and kernel pages alternate in the recorded frames. */
function twoContainers(): TraceScript {
  const script = new TraceScript();
  script.fork(1, SHELL).fork(SHELL, 11).fork(SHELL, 12).fork(SHELL, 13).exit(13);
  let pfn = ZONE_START;
  for (let page = 0; page < 100; page += 1) {
    script.alloc(11, pfn, ANON).alloc(12, pfn + 1, ANON);
    script.alloc(11, pfn + 2, READAHEAD).alloc(12, pfn + 3, KERNEL);
    pfn += 4;
  }
  script.wait(100_000);
  for (let page = 0; page < 100; page += 1) script.free(11, ZONE_START + 4 * page);
  return script.exit(11).wait(1000);
}

function byName(policies: readonly PolicyResult[]): Record<string, PolicyResult> {
  return Object.fromEntries(policies.map((policy) => [policy.name, policy]));
}

describe('a made-up recording under each policy', () => {
  const result = replayPages(twoContainers().finish(), { ...OPTIONS, build: 'verify' });
  const policies = byName(result.policies);

  it('has its containers', () => {
    expect(result.containers).toMatchObject([
      { pid: 11, processes: 1, privateFrames: 100 },
      { pid: 12, processes: 1, privateFrames: 100, exitMs: undefined },
    ]);
    expect(result.rule.shellPid).toBe(SHELL);
  });

  it('serves every request and ends with the same pages in use', () => {
    for (const policy of result.policies) {
      expect(policy).toMatchObject({ requests: 400, failed: 0, forced: 0, unknownFrees: 0 });
      expect(policy.end).toMatchObject({ movableFrames: 200, unmovableFrames: 100 });
      expect(policy.series.length).toBe(4);
    }
  });

  it('linux mixes the containers: their pages would have to migrate', () => {
    const { exits } = policies['linux'] as PolicyResult;
    expect(exits).toHaveLength(1);
    // Private and file pages share one pageblock, which also holds the other container's.
    expect(exits[0]).toMatchObject({ pid: 11, privateFrames: 100 });
    expect(exits[0]?.blocks2MiB).toMatchObject({ used: 1, free: 0, migrateFrames: 200 });
    expect(exits[0]?.blocks128MiB.unmovableFrames).toBe(100);
  });

  it('czone leaves nothing to migrate', () => {
    const { exits, end } = policies['czone'] as PolicyResult;
    expect(exits[0]?.blocks2MiB).toEqual({
      used: 1,
      free: 1,
      stuck: 0,
      migrateFrames: 0,
      unmovableFrames: 0,
      sinceStartFrames: 0,
    });
    expect(end).toMatchObject({ czones: 1, czoneFrames: 512 });
  });

  it('files in the zone keep it alive', () => {
    const { exits, end } = policies['czone-in-zone'] as PolicyResult;
    expect(exits[0]?.blocks2MiB).toMatchObject({ used: 1, free: 0, migrateFrames: 100 });
    expect(end.czones).toBe(2);
  });
});

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
