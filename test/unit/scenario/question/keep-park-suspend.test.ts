/** What an idle sandbox holds and what its next call pays, kept, parked and suspended. */
import { beforeAll, describe, expect, it } from 'vitest';
import {
  IDLE_WAYS,
  type IdleWay,
  SANDBOXES,
  type SandboxName,
  idleWayRow,
} from '../../../../src/scenario/question/keep-park-suspend.ts';
import type { ScenarioRow } from '../../../../src/scenario/index.ts';

const rows = new Map<string, ScenarioRow>();
beforeAll(() => {
  for (const sandbox of Object.keys(SANDBOXES) as SandboxName[]) {
    for (const way of IDLE_WAYS) rows.set(`${sandbox} ${way}`, idleWayRow(sandbox, way));
  }
}, 60_000);

function figure(sandbox: SandboxName, way: IdleWay, field: string): number {
  return Number(rows.get(`${sandbox} ${way}`)?.[field]);
}

describe('an idle sandbox', () => {
  it('holds what it held when it is kept, and its next call is the cheapest', () => {
    for (const sandbox of ['steady', 'bursty'] as const) {
      expect(figure(sandbox, 'keep', 'idleMib')).toBe(figure(sandbox, 'keep', 'busyMib'));
      const kept = figure(sandbox, 'keep', 'nextCallMs');
      for (const way of IDLE_WAYS) {
        expect(figure(sandbox, way, 'nextCallMs')).toBeGreaterThanOrEqual(kept);
      }
    }
  });

  it('gives by parking what its calls left free, and nothing of what it uses', () => {
    expect(figure('steady', 'park: balloon', 'returnedMib')).toBeLessThan(4);
    expect(figure('bursty', 'park: balloon', 'returnedMib')).toBeGreaterThan(250);
    const hinted = figure('bursty', 'park: hinting', 'returnedMib');
    expect(hinted).toBeLessThan(figure('bursty', 'park: balloon', 'returnedMib'));
  });

  it('holds next to nothing when it is suspended, and is read back', () => {
    for (const sandbox of ['steady', 'bursty'] as const) {
      expect(figure(sandbox, 'suspend: lazy', 'idleMib')).toBeLessThan(2);
      expect(figure(sandbox, 'suspend: lazy', 'writtenMib')).toBeGreaterThan(16);
      const parked = figure(sandbox, 'park: balloon', 'nextCallMs');
      expect(figure(sandbox, 'suspend: lazy', 'nextCallMs')).toBeGreaterThan(parked);
    }
  });
});
