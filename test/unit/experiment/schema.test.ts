import { describe, expect, it } from 'vitest';
import { experimentFile, syntheticOf } from '../../../src/experiment/schema.ts';
import { SYNTHETIC_HOUR } from '../../../src/trace/index.ts';

function said(value: unknown): string[] {
  const { error } = experimentFile.safeParse(value);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

const COLUMNS = 'time=t,function=f,duration=d';

describe('an experiment file', () => {
  it.each([
    [{ trace: {} }, /^trace: expected path or synthetic, found neither$/],
    [{ trace: { path: 'x', synthetic: {} } }, /^trace.synthetic: expected one of .*found both$/],
    [{ trace: { synthetic: {}, columns: COLUMNS } }, /^trace.columns: expected a path of/],
    [{ trace: { synthetic: { burstyShare: 2 } } }, /burstyShare: expected 0 to 1, found 2$/],
    [{ trace: { synthetic: { popular: { averageMs: 0 } } } }, /popular.averageMs: .*found 0$/],
    [{ trace: { path: 'x', columns: 'tim=t' } }, /^trace.columns: expected ROLE=COLUMN, .*time\?/],
    [{ minutes: 5, warmupMinutes: 5 }, /^warmupMinutes: expected fewer than the 5 .*found 5$/],
    [{ functions: { model: 'measurd' } }, /model: .*measured/],
    [{ functions: { fileShare: 1.5 } }, /fileShare: expected a share of 0 to 1, found 1.5$/],
    [{ machine: { containersPerVm: 0 } }, /^machine.containersPerVm: expected .*, found 0$/],
    [{ policies: { placement: 'tightest' } }, /^policies.placement: expected a policy of .*$/],
    [{ policies: { idleReclaim: 'sometimes' } }, /^policies.idleReclaim: expected a time .*$/],
    [{ systems: ['mcpv-czon'] }, /^systems.0: .*did you mean mcpv-czone\?\), found "mcpv-czon"$/],
    [{ outputs: { formats: ['tabel'] } }, /^outputs.formats.0: .*did you mean table\?\), found/],
    [{ prices: 'hihg' }, /^prices: expected one of low, typical, high \(did you mean high\?\)/],
  ])('%j is refused in one line', (value, line) => {
    expect(said(value)).toEqual([expect.stringMatching(line)]);
  });

  it('names what the library has', () => {
    const value = { systems: ['scpv-boot'], prices: 'low', policies: { keepAlive: '5m' } };
    expect(said(value)).toEqual([]);
  });

  it('has a number of maps as YAML reads it, or as text', () => {
    for (const maps of [0, 5, '5', '5m,10m']) {
      const { outputs } = experimentFile.parse({ outputs: { maps } });
      expect(outputs?.maps).toBe(String(maps));
    }
    expect(said({ outputs: { maps: -1 } })).toEqual([
      expect.stringMatching(/^outputs.maps: expected a time such as .*found "-1"$/),
    ]);
  });
});

it('figures of a load that are left out are those of the built-in hour', () => {
  expect(syntheticOf({})).toEqual(SYNTHETIC_HOUR);
  const { popular, minutes } = syntheticOf({ minutes: 3, popular: { perMinute: 7 } });
  expect([minutes, popular]).toEqual([3, { ...SYNTHETIC_HOUR.popular, perMinute: 7 }]);
});
