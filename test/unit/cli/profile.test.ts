import { mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { profileCommand, profileText } from '../../../src/cli/profile.ts';
import { profileFileOf } from '../../../src/recording/index.ts';
import { ran } from '../../support/command.ts';
import { captureOf, samplesOfFunction } from '../../support/function-trace.ts';
import { folderWith } from '../../support/folder.ts';

it('a recording of no function is refused with what it lacks', async () => {
  const { code, err } = await ran(profileCommand(), 'test/recordings/linux-6.12-thp-768');
  expect(code).toBe(2);
  expect(err).toMatch(/recording\.json|samples/);
});

it('a profile’s tables give the figures of cold and warm starts, and of calls', () => {
  const machine = { memoryMib: 768, cpus: 1, thp: 'never' };
  const about = { workload: 'hello', kernel: '6.12.1', emulator: 'QEMU', machine, programs: [] };
  const folder = folderWith({
    samples: samplesOfFunction(),
    'recording.json': JSON.stringify(about),
  });
  const text = profileText(profileFileOf(captureOf(folder)));
  expect(text).toContain('hello: 2 containers on Linux 6.12.1');
  expect(text).toMatch(/^allocated until ready +6 +6$/m);
  expect(text).toMatch(/^100 +3 +2 +3 +2 +1 +10$/m);
  expect(text).toContain('the runtime does not fork');
});

it('docs/functions.md has the table that the command prints of recorder/profiles', async () => {
  const { code, out } = await ran(profileCommand(), 'recorder/profiles');
  expect(code).toBe(0);
  const file = 'docs/functions.md';
  const page = readFileSync(file, 'utf8');
  const block = /^```\n[^]*?^```$/m;
  expect(page).toMatch(block);
  const made = page.replace(block, `\`\`\`\n${out}\`\`\``);
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(file, made);
  else expect(page).toBe(made);
});

it('each profile that is kept is of a function that is there', () => {
  for (const name of readdirSync('recorder/profiles')) {
    const file = name.replace(/-(\w+)\.json$/, '.$1');
    expect(readdirSync('recorder/functions'), name).toContain(file);
  }
});

it('a folder of other JSON is refused with the file', async () => {
  const folder = folderWith({ 'a.json': '{"format": "other"}' });
  const { code, err } = await ran(profileCommand(), folder);
  expect(code).toBe(2);
  expect(err).toContain("a.json:1: expected 'guestmem-profile-1' for format, found 'other'");
});

it('two profiles of one name are refused with both files', async () => {
  const text = readFileSync('recorder/profiles/hello-py.json', 'utf8');
  const { code, err } = await ran(profileCommand(), folderWith({ 'a.json': text, 'b.json': text }));
  expect(code).toBe(2);
  expect(err).toMatch(/b\.json:\d+: expected another name than hello\.py, as in .*a\.json/);
});

it('what lies beside profiles is left alone, and one that is no text is refused', async () => {
  const good = readdirSync('recorder/profiles').filter((name) => name.endsWith('.json'))[0]!;
  const folder = folderWith({ 'a.json': readFileSync(`recorder/profiles/${good}`, 'utf8') });
  mkdirSync(join(folder, 'folder.json'));
  writeFileSync(join(folder, '._a.json'), 'not JSON');
  symlinkSync('nowhere', join(folder, 'link.json'));
  expect((await ran(profileCommand(), folder)).code).toBe(0);
  writeFileSync(join(folder, 'b.json'), Uint8Array.of(0x7b, 0xff));
  const { code, err } = await ran(profileCommand(), folder);
  expect(code).toBe(2);
  expect(err).toContain('b.json:1: expected UTF-8 text, found other bytes');
});
