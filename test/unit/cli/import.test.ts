import { join } from 'node:path';
import { expect, it } from 'vitest';
import { importCommand } from '../../../src/cli/import.ts';
import { profileCommand } from '../../../src/cli/profile.ts';
import { ran } from '../../support/command.ts';
import { copyOf } from '../../support/recorded.ts';
import { folderWith } from '../../support/folder.ts';

const FLAGS = 'migratetype=1 gfp_flags=GFP_HIGHUSER_MOVABLE|__GFP_ZERO';
const TEXT = `python3 7 [000] 1.000001: kmem:mm_page_alloc: page=0x1 pfn=0x1000 order=0 ${FLAGS}
python3 7 [000] 1.500001: kmem:mm_page_free: page=0x1 pfn=0x1000 order=0
python3 7 [000] 1.500002: kmem:mm_page_free: page=0x1 pfn=0x1000 order=0
`;

it('an import says what it read, what cannot be verified and where it lies; a profile says it again', async () => {
  const folder = folderWith({ 'events.txt': TEXT });
  const out = join(folder, 'imported');
  const { code, out: said } = await ran(importCommand(), join(folder, 'events.txt'), '--out', out);
  expect(code).toBe(0);
  expect(said).toContain('3 events, 1 cpus, 0.5 s, 2 MiB of memory in their pageblocks');
  expect(said).toContain('1 frees of frames that no event had taken were left out');
  expect(said).toMatch(/^python3 +7 +1 +1 +1 +- +- +0 +0$/m);
  expect(said).toContain("not verified: the allocator's state was not recorded");
  expect(said).toContain(`wrote ${out}: 4 files`);
  const again = await ran(profileCommand(), out);
  expect(again.out).toMatch(/^python3 +7 +1 +1 +1/m);
  const json = await ran(profileCommand(), out, '--json');
  expect(JSON.parse(json.out)).toMatchObject({ format: 'guestmem-import-1', source: 'perf' });
  const { code: refused, err } = await ran(profileCommand(), out, '--emulate');
  expect(refused).toBe(2);
  expect(err).toContain('import.json: expected a recording of a function, found page events');
});

it('an import replaces an earlier one, and neither packed files of others nor a recording', async () => {
  const folder = folderWith({ 'events.txt': TEXT });
  const into = (out: string): ReturnType<typeof ran> =>
    ran(importCommand(), join(folder, 'events.txt'), '--out', out);
  const others = folderWith({ 'trace.txt.gz': '\u001f\u008b of somebody' });
  expect((await into(others)).err).toContain('trace.txt.gz: a file that guestmem did not write');
  expect((await into(copyOf())).err).toContain('pagestate.end: a file that guestmem did not write');
  expect((await into(join(folder, 'own'))).code).toBe(0);
  expect((await into(join(folder, 'own'))).code).toBe(0);
});

it('a damaged text leaves nothing', async () => {
  const folder = folderWith({ 'events.txt': `${TEXT}CPU:0 [LOST 3 EVENTS]\n` });
  const out = join(folder, 'imported');
  const { code, err } = await ran(importCommand(), join(folder, 'events.txt'), '--out', out);
  expect(code).toBe(2);
  expect(err).toContain('events.txt:4: expected a text with all its events, found');
});
