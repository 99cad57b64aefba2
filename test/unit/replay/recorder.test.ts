import { describe, expect, it } from 'vitest';
import { Recorder, found } from '../../../src/replay/recorder.ts';
import { SYSTEMS, fixedKeepAlive, replay } from '../../../src/replay/index.ts';
import type { RecordRows } from '../../../src/report/index.ts';
import { smallTrace } from '../../support/traces.ts';

const POOL = { isMeasured: (slot: number) => slot < 10, functionId: () => 4, durationMs: () => 20 };

describe('a recorder', () => {
  it('has a row a call that counts, when it begins or never will', () => {
    const given: RecordRows[] = [];
    const recorder = new Recorder(POOL, (rows) => given.push(rows));
    const start = { startupMs: 300, sandboxMs: 100, newVm: true };
    recorder.assign(1, { ...found('cold', 5), ...start });
    recorder.assign(2, { ...found('queued', 6, 50), ...start });
    recorder.assign(11, found('warm', 7));
    recorder.begin(11, 1);
    recorder.refuse(3, 9, 8);
    recorder.begin(1, 0.5);
    recorder.begin(1, 0.5);
    recorder.finish();
    expect(given).toEqual([
      {
        atMs: Float64Array.of(8, 5, 6),
        function: Float64Array.of(3, 4, 4),
        how: Float64Array.of(3, 0, 2),
        queueMs: Float64Array.of(0, 0, 50),
        startupMs: Float64Array.of(0, 300, 300),
        sandboxMs: Float64Array.of(0, 100, 100),
        newVm: Float64Array.of(0, 1, 1),
        durationMs: Float64Array.of(9, 20, 20),
        heldUpMs: Float64Array.of(0, 0.5, 0),
      },
    ]);
  });

  it('hands rows on while they come, so that few are held', () => {
    const sizes: number[] = [];
    const recorder = new Recorder(POOL, ({ atMs }) => sizes.push(atMs.length));
    for (let call = 0; call < 20_000; call += 1) recorder.refuse(0, 1, call);
    expect(sizes).toEqual([8192, 8192]);
    recorder.finish();
    expect(sizes).toEqual([8192, 8192, 20_000 - 16_384]);
  });
});

const KINDS = ['cold', 'warm', 'queued', 'refused'] as const;

describe('rows of a replay', () => {
  it.each([
    ['plenty of memory', {}],
    ['a host that is full, calls waiting', { hostFrames: 120_000 }],
  ])('add up to its starts, with %s', async (_, machine) => {
    const kept = new Map<string, RecordRows[]>();
    const run = await replay(smallTrace(), {
      systems: SYSTEMS.filter(({ name }) => ['scpv-template', 'mcpv-czone'].includes(name)),
      seed: 1,
      warmupMinutes: 1,
      machine,
      whenFull: [{ name: 'queue', sentence: '', waits: true }],
      keepAlive: () => fixedKeepAlive(5000),
      records: {
        add: (system, rows) => kept.set(system, [...(kept.get(system) ?? []), rows]),
        restart: () => {},
      },
    });
    for (const { name, starts, priced, queueMs } of run.systems) {
      const rows = kept.get(name) ?? [];
      const all = (column: keyof RecordRows): number[] => rows.flatMap((one) => [...one[column]]);
      const how = all('how');
      const counts = KINDS.map((_kind, at) => how.filter((kind) => kind === at).length);
      expect(counts, name).toEqual(KINDS.map((kind) => starts[kind]));
      const started = all('startupMs').filter((ms) => ms > 0);
      expect(started.toSorted()).toEqual([...priced[1]!.startupMs].toSorted());
      expect(
        all('queueMs')
          .filter((ms) => ms > 0)
          .toSorted(),
      ).toEqual([...queueMs].filter((ms) => ms > 0).toSorted());
      expect(all('atMs').every((ms) => ms >= 60_000)).toBe(true);
    }
  });
});
