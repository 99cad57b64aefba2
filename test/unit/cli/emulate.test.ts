import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { profileCommand } from '../../../src/cli/profile.ts';
import { ran } from '../../support/command.ts';

const FOLDER = 'recorder/profiles';

it('docs/functions.md has the table of both side by side', async () => {
  const { code, out } = await ran(profileCommand(), FOLDER, '--emulate');
  expect(code).toBe(0);
  const file = 'docs/functions.md';
  const page = readFileSync(file, 'utf8');
  const block = /(?<=--emulate\n\n)```\n[^]*?^```$/m;
  expect(page).toMatch(block);
  const made = page.replace(block, `\`\`\`\n${out}\`\`\``);
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(file, made);
  else expect(page).toBe(made);
});

it('is JSON where that is asked for, with what the recording’s own containers differ by', async () => {
  const { out } = await ran(profileCommand(), FOLDER, '--emulate', '--json');
  const [life] = JSON.parse(out) as { name: string; points: { freed: { own: number } }[] }[];
  expect(life?.name).toBe('agent_sandbox.py');
  expect(life?.points[0]?.freed.own).toBeGreaterThan(0.1);
});
