import { expect, it } from 'vitest';
import { systemOf } from '../../../src/replay/index.ts';
import { popularRow } from '../../../src/scenario/popular.ts';

it('keeps so many instances busy: a container each, and VMs as the system makes them', async () => {
  const alone = await popularRow(systemOf('scpv-template'), 4, 60, 1);
  const shared = await popularRow(systemOf('mcpv-static'), 4, 60, 1);
  for (const row of [alone, shared]) {
    expect(row['cold']).toBeGreaterThanOrEqual(4);
    expect(row['cold']).toBeLessThan(24);
    expect(row['peakMib']).toBeGreaterThan(row['mib'] as number);
  }
  expect(alone['vms']).toBe(alone['cold']);
  expect(shared['vms']).toBe(1);
});
