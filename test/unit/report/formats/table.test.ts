import { describe, expect, it } from 'vitest';
import { resultsTable, summaryRows } from '../../../../src/report/formats/table.ts';
import { formatBytes, formatMs, formatNumber } from '../../../../src/report/unit.ts';
import { results, system } from '../../../support/report.ts';

function headingOf(format: string): string | undefined {
  const record = results();
  const trace = { ...record.trace, format, isDrawn: true };
  return resultsTable({ ...record, trace }).split('\n')[0];
}

describe('table', () => {
  it('has one line a system, aligned, between heading and speed', () => {
    expect(resultsTable(results()).split('\n')).toEqual([
      'made: 100,000 invocations of 10 functions in 60 min, seed 1',
      '',
      'system         start-up  sandbox      p99   memory  overhead  GiB·s  ratio',
      'scpv-template     76 ms    62 ms   121 ms  300 MiB    88 MiB  1,055  1.00x',
      'mcpv-czone        38 ms    31 ms  60.3 ms  260 MiB    48 MiB    914  0.87x',
      '',
      'ratio: GiB·s over that of scpv-template',
      'replayed in 2,000 ms: 50,000 invocations/s, 2,500,000 page operations/s',
      '',
    ]);
  });

  it('says that calls are drawn, unless the whole load is made up', () => {
    expect(headingOf('vhive')).toMatch(/seed 1; instants and durations of calls are drawn$/);
    expect(headingOf('synthetic')).toMatch(/seed 1$/);
  });

  it('fits a terminal of 80 columns, whatever the systems are called', () => {
    for (const name of [
      'a',
      'mcpv-hyperalloc',
      'mcpv-reporting:0/500ms',
      'mcpv-virtio-mem:online_movable',
    ]) {
      const lines = resultsTable(results(system('scpv-boot', 9), system(name))).split('\n');
      const table = lines.slice(2, 5).map((line) => line.length);
      expect(Math.max(...table), name).toBeLessThanOrEqual(80);
      expect(lines[2], name).toMatch(/^system .* memory .* GiB·s  ratio$/);
    }
  });

  it('shows no start-up time where no start was cold', () => {
    const warm = system('warm');
    warm.starts.cold = 0;
    expect(summaryRows(results(warm))[1]!.slice(0, 5)).toEqual(['warm', '0', '-', '-', '-']);
  });
});

describe('units', () => {
  it.each([
    [0, '0 B'],
    [1023, '1,023 B'],
    [1024, '1 KiB'],
    [1.5 * 2 ** 20, '1.5 MiB'],
    [1023.6 * 2 ** 20, '1 GiB'],
    [5000 * 2 ** 40, '5,000 TiB'],
  ])('%d bytes is %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it.each([
    [0, '0 ms'],
    [0.0123, '12.3 us'],
    [0.9999, '1 ms'],
    [9999, '9,999 ms'],
    [12_345, '12.3 s'],
  ])('%d ms is %s', (ms, text) => {
    expect(formatMs(ms)).toBe(text);
  });

  it('writes small and absent numbers without an exponent', () => {
    expect(formatNumber(0.000_001_234)).toBe('0.00000123');
    expect(formatNumber(NaN)).toBe('-');
  });
});
