/** Sandboxes of one function on one host: what a row is made of. */

import { describe, expect, it } from 'vitest';
import { CAUSES, defaultMachine, systemOf } from '../../../src/replay/index.ts';
import { densityRow, sandboxProfile } from '../../../src/scenario/density.ts';
import { soloConfig } from '../../../src/serverless/index.ts';

const TEMPLATE = systemOf('scpv-template');

it.each([128, 256, 512, 1024, 2048])('a sandbox of %d MiB has a VM of that size', (mib) => {
  const { memoryFrames } = soloConfig(defaultMachine(), sandboxProfile(mib));
  expect(memoryFrames).toBe(mib * 256);
});

describe('one by one', () => {
  it('takes as long for all as for each, one after the other, and nothing is contended', async () => {
    const [one, four] = [
      await densityRow(TEMPLATE, 1, 'one by one'),
      await densityRow(TEMPLATE, 4, 'one by one'),
    ];
    expect(four['makespanMs']).toBeCloseTo(4 * (four['startMs'] as number), 6);
    expect((four['startMs'] as number) / (one['startMs'] as number)).toBeCloseTo(1, 2);
  });
});

describe('all at once', () => {
  it('takes longer for the last than for one, and less than one after the other', async () => {
    const apart = await densityRow(TEMPLATE, 4, 'one by one');
    const row = await densityRow(TEMPLATE, 4, 'all at once');
    expect(row['makespanMs']).toBeGreaterThan(apart['startMs'] as number);
    expect(row['makespanMs']).toBeLessThan(apart['makespanMs'] as number);
    expect(row['mib']).toBeCloseTo(apart['mib'] as number, 6);
  });
});

it('tells the memory of a container by cause, and what was published where somebody measured it', async () => {
  const row = await densityRow(TEMPLATE, 10, 'all at once');
  const sum = CAUSES.reduce((total, cause) => total + (row[cause] as number), 0);
  expect(row['mib']).toBeCloseTo(sum, 9);
  expect([row['publishedMakespanMs'], row['publishedMib']]).toEqual([125, 23.9]);
  const other = await densityRow(systemOf('mcpv-static'), 2, 'all at once', 256);
  expect([other['publishedMakespanMs'], other['publishedMib']]).toEqual([null, null]);
});
