// guestmem verify --live.

import { expect, it } from 'vitest';
import { verifyCommand } from '../../../src/cli/verify.ts';
import { ran } from '../../support/command.ts';
import { copyOf } from '../../support/recorded.ts';

const SMOKE = copyOf();

it('prints a table of series within 80 columns', async () => {
  const { code, out, err } = await ran(verifyCommand(), SMOKE, '--live');
  expect([code, err]).toEqual([0, '']);
  const lines = out.trimEnd().split('\n');
  expect(lines[0]).toMatch(/^live: 41 moments, \d+\.\d s to \d+\.\d s; /);
  expect(lines.slice(2, 8).map((line) => line.replace(/ +/g, ' '))).toEqual([
    expect.stringMatching(/^free DMA 3808 3808 0\.0 % 0\.0 % \d+\.\d s$/),
    expect.stringMatching(/^free DMA32 121977 121977 0\.0 % 0\.0 % /),
    expect.stringMatching(/^free 125785 125785 /),
    expect.stringMatching(/^free 2 MiB blocks 244 244 /),
    expect.stringMatching(/^unusable index % 1 1 0\.0 pt 0\.0 pt /),
    expect.stringMatching(/^page cache 10 10 /),
  ]);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
});

it('prints its series as JSON, or as CSV', async () => {
  const json = JSON.parse((await ran(verifyCommand(), SMOKE, '--live', '--json')).out);
  expect(json).toMatchObject({ mode: 'live', counts: { failed: 0 } });
  const rows = (await ran(verifyCommand(), SMOKE, '--live', '--csv')).out.trimEnd().split('\n');
  expect(rows).toHaveLength(1 + json.seconds.length);
  expect(rows[0]).toMatch(/^seconds,free DMA kernel,free DMA live,/);
  expect(Number(rows[1]?.split(',')[1])).toBe(json.series[0].kernel[0]);
});

it('refuses what does not go together, in one line', async () => {
  for (const [options, error] of [
    [['--csv'], '--csv: expected --live beside it, found none'],
    [['--live', '--map'], '--live: expected no --map beside it, found it'],
    [['--live', '--csv', '--json'], '--csv: expected no --json beside it, found it'],
  ] as const) {
    const { code, err } = await ran(verifyCommand(), SMOKE, ...options);
    expect([code, err.split('\n')[0]]).toEqual([2, expect.stringContaining(error)]);
  }
});
