/** What an idle sandbox holds and by how much its next call is late, kept, parked and suspended. */
import { beforeAll, describe, expect, it } from 'vitest';
import {
  IDLE_SYSTEMS,
  IDLE_WAYS,
  type IdleSystem,
  SANDBOXES,
  type SandboxName,
  idleWayRows,
} from '../../../../src/scenario/question/keep-park-suspend.ts';
import type { ScenarioRow } from '../../../../src/scenario/index.ts';

type IdleWay = (typeof IDLE_WAYS)[number];

const rows: ScenarioRow[] = [];
beforeAll(async () => {
  for (const sandbox of Object.keys(SANDBOXES) as SandboxName[]) {
    for (const system of IDLE_SYSTEMS) rows.push(...(await idleWayRows(system, sandbox)));
  }
}, 120_000);

function figure(sandbox: SandboxName, system: IdleSystem, way: IdleWay, field: string): number {
  const found = rows.find(
    (row) => row['sandbox'] === sandbox && row['system'] === system && row['way'] === way,
  );
  return Number(found?.[field]);
}

describe.each(IDLE_SYSTEMS)('an idle sandbox of %s', (system) => {
  it('holds what it held when it is kept, and its next call waits the least', () => {
    for (const sandbox of ['steady', 'bursty'] as const) {
      const kept = figure(sandbox, system, 'keep', 'idleMib');
      expect(kept).toBeCloseTo(figure(sandbox, system, 'keep', 'busyMib'), 0);
      for (const way of IDLE_WAYS) {
        expect(figure(sandbox, system, way, 'lateMs')).toBeGreaterThanOrEqual(
          figure(sandbox, system, 'keep', 'lateMs'),
        );
      }
    }
  });

  it('gives by parking what its calls left free, and nothing of what it uses', () => {
    const [steady, bursty] = (['steady', 'bursty'] as const).map(
      (sandbox) =>
        figure(sandbox, system, 'park:30s', 'busyMib') -
        figure(sandbox, system, 'park:30s', 'idleMib'),
    );
    expect(steady).toBeLessThan(4);
    expect(bursty).toBeGreaterThan(240);
  });

  it('holds nothing when it is suspended, and is read back, by a working set the sooner', () => {
    for (const sandbox of ['steady', 'bursty'] as const) {
      expect(figure(sandbox, system, 'suspend:30s', 'idleMib')).toBeCloseTo(0, 6);
      expect(figure(sandbox, system, 'suspend:30s', 'writtenMib')).toBeGreaterThan(10);
      expect(figure(sandbox, system, 'suspend:30s', 'readMib')).toBeGreaterThan(5);
      const lazy = figure(sandbox, system, 'suspend:30s', 'lateMs');
      expect(lazy).toBeGreaterThan(figure(sandbox, system, 'park:30s', 'lateMs'));
      expect(figure(sandbox, system, 'suspend:30s/working-set', 'lateMs')).toBeLessThan(lazy);
    }
  });

  it('has less to write and to read when it was parked first, if its calls leave something free', () => {
    for (const field of ['writtenMib', 'readMib', 'lateMs']) {
      const alone = figure('bursty', system, 'suspend:30s', field);
      expect(figure('bursty', system, 'park:30s,suspend:60s', field)).toBeLessThan(alone / 1.5);
    }
  });
});
