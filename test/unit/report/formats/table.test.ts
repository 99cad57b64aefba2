import { describe, expect, it } from 'vitest';
import { resultsTable, summaryRows } from '../../../../src/report/formats/table.ts';
import { formatBytes, formatMs, formatNumber } from '../../../../src/report/unit.ts';
import { results, system } from '../../../support/report.ts';

describe('table', () => {
  it('has one line a system, aligned, between heading and speed', () => {
    expect(resultsTable(results()).split('\n')).toEqual([
      'made: 100,000 invocations of 10 functions in 60 min, seed 1',
      '',
      'system          cold  start-up  sandbox      p99  footprint  overhead     peak  GiB·s  GiB·s / scpv-template',
      'scpv-template  1,234     76 ms    62 ms   121 ms    300 MiB    88 MiB  450 MiB  1,055                  1.00x',
      'mcpv-czone     1,234     38 ms    31 ms  60.3 ms    260 MiB    48 MiB  390 MiB    914                  0.87x',
      '',
      'replayed in 2,000 ms: 50,000 invocations/s, 2,500,000 page operations/s',
      '',
    ]);
  });

  it('names the system that the ratio is to', () => {
    expect(summaryRows(results(system('a'), system('b')))[0]!.at(-1)).toBe('GiB·s / a');
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
