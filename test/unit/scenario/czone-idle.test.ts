/** What idle containers give back, when, and what their next calls pay. Small containers. */
import { beforeAll, describe, expect, it } from 'vitest';

import { IDLE_MECHANISMS, type ScenarioRow, idleRow } from '../../../src/scenario/index.ts';

const SMALL = { containers: 4, mib: 32, seed: 2 };

let rows: Record<string, ScenarioRow> = {};
beforeAll(() => {
  rows = Object.fromEntries(IDLE_MECHANISMS.map((name) => [name, idleRow(name, SMALL)]));
});

function number(mechanism: string, field: string): number {
  return Number(rows[mechanism]?.[field]);
}

describe('czone-idle', () => {
  it('frees the same for every mechanism', () => {
    const asked = IDLE_MECHANISMS.map((name) => number(name, 'askedBytes'));
    expect(new Set(asked).size).toBe(1);
    expect(asked[0]).toBeGreaterThan(0);
  });

  it('gets all of it from CZones one second later, without a move', () => {
    const { askedBytes, gotBytes, migratedPages, returnedAfterMs } = rows['czone'] ?? {};
    expect(gotBytes).toBe(askedBytes);
    expect(migratedPages).toBe(0);
    expect(returnedAfterMs).toBe(1000);
    // what went is faulted in again, page for page
    expect(number('czone', 'refaultPages') * 4096).toBe(askedBytes);
  });

  it('gets nothing where nobody asks, and a part by balloon and reporting', () => {
    expect(rows['none']).toMatchObject({ gotBytes: 0, ms: 0, returnedAfterMs: null });
    for (const name of ['balloon', 'reporting']) {
      expect(number(name, 'gotBytes')).toBeGreaterThan(0);
      expect(number(name, 'gotBytes')).toBeLessThan(number(name, 'askedBytes'));
    }
    expect(number('reporting', 'returnedAfterMs')).toBe(2000);
  });

  it('takes a request back when work arrives before the host has looked: nothing is lost or paid', () => {
    expect(rows['czone-late']).toMatchObject({ gotBytes: 0, returnedAfterMs: null });
    // the driver may need a page for the messages, the containers none
    expect(number('czone-late', 'refaultPages')).toBeLessThanOrEqual(1);
    // it was asked all the same
    expect(number('czone-late', 'exits')).toBeGreaterThan(0);
  });

  it('repeats exactly', () => {
    for (const name of IDLE_MECHANISMS) expect(idleRow(name, SMALL)).toEqual(rows[name]);
  });
});
