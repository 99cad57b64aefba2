import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { figuresCommand } from '../../../src/cli/figures.ts';
import { FORMATS } from '../../../src/report/index.ts';
import { writeReport } from '../../../src/report/node.ts';
import { wholeRun } from '../../support/browser.ts';
import { ran } from '../../support/command.ts';
import { emptyFolder } from '../../support/folder.ts';

const FOLDER = emptyFolder();

it('writes each figure of a run as SVG, twice into the same folder too', async () => {
  const run = join(FOLDER, 'run');
  const json = FORMATS.filter(({ name }) => name === 'json');
  await writeReport(wholeRun(), json, run);
  const out = join(FOLDER, 'figures');
  for (const width of ['700', '960']) {
    const { code, err } = await ran(figuresCommand(), run, '--out', out, '--width', width);
    expect([code, err]).toEqual([0, '']);
    const svg = readFileSync(join(out, 'memory.svg'), 'utf8');
    expect(svg).toContain(`viewBox="0 0 ${width} `);
    expect(svg).toContain('mcpv-czone');
  }
  expect(readdirSync(out)).toContain('tornado-startupMs-mcpv-czone.svg');
});

it('replaces no drawing of somebody else that has the name of a figure', async () => {
  const run = join(FOLDER, 'beside');
  const json = FORMATS.filter(({ name }) => name === 'json');
  await writeReport(wholeRun(), json, run);
  const out = join(FOLDER, 'drawings');
  mkdirSync(out);
  const mine = '<svg width="9" height="9" xmlns="http://www.w3.org/2000/svg"></svg>';
  writeFileSync(join(out, 'memory.svg'), mine);
  const { code, err } = await ran(figuresCommand(), run, '--out', out);
  expect([code, err]).toEqual([2, expect.stringMatching(/memory\.svg: .*did not write.*--force/)]);
  expect(readdirSync(out)).toEqual(['memory.svg']);
  expect((await ran(figuresCommand(), run, '--out', out, '--force')).code).toBe(0);
  expect(readFileSync(join(out, 'memory.svg'), 'utf8')).not.toBe(mine);
});

it('writes the last memory map of each system, and says where there is no browser for PNG', async () => {
  const run = join(FOLDER, 'mapped');
  await writeReport(
    wholeRun(),
    FORMATS.filter(({ name }) => name === 'json'),
    run,
  );
  const out = join(FOLDER, 'maps');
  await ran(figuresCommand(), run, '--out', out);
  expect(readFileSync(join(out, 'map-mcpv-czone.svg'), 'utf8')).toContain('<title>mcpv-czone,');
  vi.stubEnv('CHROMIUM', '/nowhere/chromium');
  const { code, err } = await ran(figuresCommand(), run, '--out', join(FOLDER, 'none'), '--png');
  vi.unstubAllEnvs();
  expect([code, err]).toEqual([2, expect.stringContaining('PNG: expected Chromium')]);
  expect(existsSync(join(FOLDER, 'none'))).toBe(false);
});

it('refuses a width that is none', async () => {
  const { code, err } = await ran(figuresCommand(), FOLDER, '--out', FOLDER, '--width', 'wide');
  expect(code).toBe(2);
  expect(err).toContain('--width');
});
