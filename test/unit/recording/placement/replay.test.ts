// A made-up recording replayed under each policy: samples, containers, and what their exits leave.

import { describe, expect, it } from 'vitest';
import { RecordingError } from '../../../../src/recording/error.ts';
import {
  PAGES_DEFAULTS,
  type PagesResult,
  type PolicyResult,
  replayPages,
} from '../../../../src/recording/placement/replay.ts';
import {
  ANON,
  HUGE,
  KERNEL,
  READAHEAD,
  TraceScript,
  ZONE_FRAMES,
  ZONE_START,
} from '../../../support/recording.ts';

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

function underLinux(script: TraceScript, options: Partial<typeof OPTIONS> = {}): PolicyResult {
  const { policies } = replayPages(script.finish(), { ...OPTIONS, ...options });
  return byName(policies)['linux'] as PolicyResult;
}

describe('samples', () => {
  it('come evenly over the time, the last at the end, each of what came before it', () => {
    const script = new TraceScript().fork(1, SHELL).fork(SHELL, 11).wait(999);
    script
      .alloc(11, ZONE_START, ANON)
      .wait(999)
      .alloc(11, ZONE_START + 1, ANON)
      .wait(1999);
    script.alloc(11, ZONE_START + 2, KERNEL);
    const { series, end } = underLinux(script, { samples: 4 });
    expect(
      series.map(({ movableFrames, unmovableFrames }) => [movableFrames, unmovableFrames]),
    ).toEqual([
      [0, 0],
      [1, 0],
      [2, 0],
      [2, 1],
    ]);
    const [first, , , last] = series.map(({ atMs }) => atMs);
    expect(first).toBeCloseTo((last ?? 0) / 4);
    expect(end).toBe(series.at(-1));
  });

  it('add up: free, in use and mixed blocks are all of memory', () => {
    const script = new TraceScript().fork(1, SHELL).fork(SHELL, 11);
    script.alloc(11, ZONE_START, HUGE, 9).alloc(11, ZONE_START + 512, ANON);
    script.alloc(11, ZONE_START + 513, READAHEAD);
    const { end } = underLinux(script);
    expect(end).toMatchObject({ memoryFrames: ZONE_FRAMES, movableFrames: 514, mixedBlocks: 0 });
    expect(end.freeFrames).toBe(ZONE_FRAMES - 514);
    expect(end.freeBlocks2MiB).toBe(ZONE_FRAMES / 512 - 2);
    expect(end.keptFrames2MiB).toBe(2 * 512);
    expect(end.freeBlocks128MiB).toBe(0);
    expect(end.keptFrames128MiB).toBe(ZONE_FRAMES);
  });
});

const timed = (): PagesResult => {
  const script = new TraceScript().fork(1, SHELL).fork(SHELL, 11).fork(SHELL, 12);
  for (let page = 0; page < 8; page += 1) script.alloc(11, ZONE_START + page, ANON);
  script.alloc(12, ZONE_START + 8, ANON).wait(50_000);
  for (let page = 0; page < 8; page += 1) script.free(11, ZONE_START + page);
  return replayPages(script.exit(11).finish(), OPTIONS);
};

/** A shell, its child and the child of that. */
const lineage = (): TraceScript => new TraceScript().fork(1, SHELL).fork(SHELL, 11).fork(11, 12);

describe('a container', () => {
  it('has its times since the begin, and is none when it asked for little', () => {
    const { containers, recording, rule } = timed();
    expect(containers).toHaveLength(1);
    expect(containers[0]).toMatchObject({ pid: 11, startMs: 0.001, privateFrames: 8 });
    expect(containers[0]?.exitMs).toBeCloseTo(50.02, 2);
    expect(recording).toMatchObject({ name: 'up', events: 21 });
    expect(rule).toEqual({ shellPid: SHELL, minPages: 8, czoneBlockFrames: 512 });
  });

  it('that exits ends its zone first, and its totals are those of all exits', () => {
    const policies = byName(timed().policies);
    for (const name of ['czone', 'per-process']) {
      const { exits, exitTotals, end } = policies[name] as PolicyResult;
      expect(exits).toHaveLength(1);
      expect(exitTotals).toEqual({
        containers: 1,
        privateFrames: 8,
        blocks2MiB: exits[0]?.blocks2MiB,
        blocks128MiB: exits[0]?.blocks128MiB,
      });
      expect(exits[0]?.blocks2MiB).toMatchObject({ used: 1, free: 1 });
      expect(end.czones).toBe(0);
    }
  });

  it('is below the shell that is named', () => {
    const { rule } = replayPages(lineage().finish(), { ...OPTIONS, shellPid: 11 });
    expect(rule.shellPid).toBe(11);
    expect(() => replayPages(lineage().finish(), { ...OPTIONS, minPages: 0 })).toThrow(
      'options.minPages: expected a whole number of 1 or more, found 0',
    );
    const policies = [{ name: 'own' }] as never;
    expect(() => replayPages(lineage().finish(), { policies })).toThrow(
      'options.policies[0].about: expected text',
    );
    expect(() => replayPages(null as never)).toThrow('capture');
    expect(() => replayPages(lineage().finish(), { ...OPTIONS, shellPid: 99 })).toThrow(
      RecordingError,
    );
  });
});
