import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verifyCommand } from '../../../src/cli/verify.ts';
import { stepsOf } from '../../../src/play/steps.ts';
import { emptyFolder } from '../../support/folder.ts';
import { ran } from '../../support/command.ts';
import { copyOf, rewrite, withNth } from '../../support/recorded.ts';

const SMOKE = copyOf();
/** The first request of the recording has another frame, which the kernel never gave. */
const WRONG = copyOf();
rewrite(WRONG, 'trace.txt', (lines) => {
  const span = lines.findIndex((line) => line.includes('pagestate start'));
  const before = lines.slice(0, span);
  const within = withNth(lines.slice(span), 'mm_page_alloc: ', 5, (line) =>
    line.replace(/pfn=0x[0-9a-f]+/, 'pfn=0x5555'),
  );
  return [...before, ...within];
});

describe('guestmem verify', () => {
  it('says how often the core was right, in words', async () => {
    const { code, out, err } = await ran(verifyCommand(), SMOKE);
    expect([code, err]).toEqual([0, '']);
    const lines = out.trimEnd().split('\n');
    expect(lines[0]).toMatch(/^guided: \d+ events, \d+ a second in the core$/);
    expect(lines.slice(1, 5).map((line) => line.replace(/ +/g, ' '))).toEqual([
      'allocations 2506 / 2506 100.000 %',
      'refills 220 / 220 100.000 %',
      'drains 0 / 0',
      'final lists 27 / 27 100.000 %',
    ]);
    expect(lines.at(-1)).toBe('exact');
  });

  it('prints JSON alone, in the mode that is asked for', async () => {
    const { code, out } = await ran(verifyCommand(), SMOKE, '--free-running', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      mode: 'free-running',
      alloc: { exact: 2506, total: 2506 },
      bulk: 4,
      divergenceCount: 0,
      divergences: [],
      listDifferences: [],
    });
    expect(JSON.parse((await ran(verifyCommand(), SMOKE, '--json')).out)).toMatchObject({
      mode: 'guided',
    });
  });

  it('ends with 1 and the first wrong frame where the core was wrong', async () => {
    const { code, out } = await ran(verifyCommand(), WRONG);
    expect(code).toBe(1);
    expect(out).toMatch(/^not exact: \d+ wrong frames/m);
    expect(out).toContain('5555');
  });

  it('refuses a folder that is no recording in one line', async () => {
    const { code, out, err } = await ran(verifyCommand(), '/nowhere');
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('expected a file of a recording');
    expect(err.split('\n')).toHaveLength(1);
  });
});

describe('guestmem verify --steps', () => {
  it('writes the steps and what the core says of them, and nothing else', async () => {
    const file = join(emptyFolder(), 'steps.json');
    const { code, out } = await ran(verifyCommand(), WRONG, '--steps', file);
    expect([code, out]).toEqual([0, `wrote ${file}\n`]);
    const { frame, predicted, total } = stepsOf(JSON.parse(readFileSync(file, 'utf8')));
    expect(frame.length).toBe(total);
    expect(frame.filter((pfn, at) => pfn !== predicted[at])).toContain(0x5555);
  });

  it('replaces its own file, and one of somebody else only if it is forced', async () => {
    const file = join(emptyFolder(), 'steps.json');
    writeFileSync(file, '{"mine":1}');
    const write = (...more: string[]): ReturnType<typeof ran> =>
      ran(verifyCommand(), SMOKE, '--steps', file, ...more);
    expect(await write()).toEqual({
      code: 2,
      out: '',
      err: `guestmem: ${file}: a file that guestmem did not write (--force replaces it)`,
    });
    expect(readFileSync(file, 'utf8')).toBe('{"mine":1}');
    expect((await write('--force')).code).toBe(0);
    expect((await write('--free-running')).code).toBe(0);
  });
});
