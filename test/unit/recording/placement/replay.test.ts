import { existsSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openCapture } from '../../../../src/recording/read/capture.ts';
import { RecordingError } from '../../../../src/recording/error.ts';
import { unusableIndex } from '../../../../src/recording/placement/census.ts';
import { compileStream, useOf } from '../../../../src/recording/placement/stream.ts';
import { findTasks } from '../../../../src/recording/placement/tasks.ts';
import {
  PAGES_DEFAULTS,
  replayPages,
  type PolicyResult,
} from '../../../../src/recording/placement/replay.ts';
import {
  PAGE_FILE,
  PAGE_KERNEL,
  PAGE_PRIVATE,
  PAGE_POLICIES,
} from '../../../../src/recording/placement/policies/index.ts';
import {
  ANON,
  COPY,
  HUGE,
  KERNEL,
  READAHEAD,
  TraceScript,
  ZONE_START,
} from '../../../support/recording.ts';

const SHELL = 10;
const CONTIG_RANGE = 6;
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

describe('what a request is for', () => {
  it('is told by the mask where the mask says it', () => {
    expect([KERNEL, ANON, HUGE, READAHEAD].map(useOf)).toEqual([
      PAGE_KERNEL,
      PAGE_PRIVATE,
      PAGE_PRIVATE,
      PAGE_FILE,
    ]);
  });

  it('is told by who frees it where the mask does not', () => {
    const script = new TraceScript().fork(1, SHELL).fork(SHELL, 11).fork(SHELL, 12);
    script.alloc(11, 5000, COPY).alloc(11, 5001, COPY).alloc(11, 5002, COPY).alloc(12, 5003, COPY);
    script.free(11, 5000).exit(11).free(12, 5001);
    const { use, tree } = compileStream(script.finish(), { minPages: 1 });
    // freed by its own container; by another; outlives its container; kept by one that lives on
    const requests = [...use.keys()].filter((at) => use[at] !== 0);
    const uses = requests.map((at) => use[at]);
    expect(uses).toEqual([PAGE_PRIVATE, PAGE_FILE, PAGE_FILE, PAGE_PRIVATE]);
    expect(requests.map((at) => tree[at])).toEqual([1, 1, 1, 2]);
  });

  it('is nobody’s in an interrupt and in a tree that asks for little', () => {
    const script = new TraceScript().fork(1, SHELL).fork(SHELL, 11).fork(SHELL, 12);
    for (let page = 0; page < 8; page += 1) script.alloc(11, 5000 + page, ANON);
    script.alloc(12, 5100, ANON).interruptAlloc(11, 5101, ANON);
    const stream = compileStream(script.finish(), { minPages: 8 });
    const trees = [...stream.tree].filter((_, at) => stream.use[at] !== 0);
    expect(trees).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 0, 0]);
    expect([...stream.privateByTree]).toEqual([0, 8, 0]);
  });
});

describe('who is a container', () => {
  it('a subtree below the process with the most children', () => {
    const script = new TraceScript().fork(1, SHELL).fork(SHELL, 11).fork(SHELL, 12).fork(11, 14);
    script.alloc(14, 5000, ANON).exit(11).alloc(14, 5001, ANON).wait(50_000).free(14, 5000);
    const { shellPid, trees, processes } = findTasks(script.exit(14).finish().trace);
    expect(shellPid).toBe(SHELL);
    expect(trees.slice(1).map(({ pid, processes: n }) => [pid, n])).toEqual([
      [11, 2],
      [12, 1],
    ]);
    expect(processes.slice(1).map(({ pid, tree }) => [pid, tree])).toEqual([
      [11, 1],
      [12, 2],
      [14, 1],
    ]);
    // The tree ends with its last process, whose burst is the free 50 ms after it last got a page.
    expect(trees[1]).toMatchObject({ exitEvent: 8, burstEvent: 7 });
    expect(trees[2]?.exitEvent).toBe(9);
  });

  it('a shell without children is a mistake', () => {
    const { trace } = new TraceScript().fork(1, SHELL).finish();
    expect(() => findTasks(trace, 99)).toThrow(RecordingError);
  });
});

describe('unusable free space', () => {
  it('is what lies in blocks too small', () => {
    // 4 single frames, 2 blocks of 2 frames, 1 of 8: 16 frames free.
    expect(unusableIndex([4, 2, 0, 1])).toEqual([0, 4 / 16, 8 / 16, 8 / 16]);
    expect(unusableIndex([0, 0])).toEqual([0, 0]);
  });

  it('grows with the order, from 0 to at most 1', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(1000), { minLength: 1, maxLength: 11 }), (blocks) => {
        const index = unusableIndex(blocks);
        expect(index[0]).toBe(0);
        index.forEach((value, i) => {
          expect(value).toBeGreaterThanOrEqual(index[i - 1] ?? 0);
          expect(value).toBeLessThanOrEqual(1);
        });
      }),
    );
  });
});

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

const CAPTURES = path.resolve(import.meta.dirname, '../../../../../shared/captures');

describe.skipIf(!existsSync(CAPTURES))('recordings in ../shared', () => {
  it.each([
    ['smoke-768', 2506, 1],
    ['fifo-768', 26130, 6],
    ['inflate-512', 42966, 1],
  ] as const)(
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

it('every policy has a name of its own and says what it is', () => {
  expect(new Set(PAGE_POLICIES.map(({ name }) => name)).size).toBe(PAGE_POLICIES.length);
  for (const { about } of PAGE_POLICIES) expect(about).not.toBe('');
});
