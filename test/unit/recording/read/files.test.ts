import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { copyOf, refusal } from '../../../support/recorded.ts';

const BALLOON = 'linux-6.12-inflate-384';

describe('a file of a recording', () => {
  it.each(['pagestate.start', 'pagestate.end', 'cmdline', 'zoneinfo.before'])(
    '%s that is a folder, a FIFO or a link in a circle is named',
    async (name) => {
      const folder = copyOf();
      const file = join(folder, name);
      rmSync(file);
      mkdirSync(file);
      expect(await refusal(folder)).toMatchObject({ file, line: 0, found: 'a folder' });
      rmSync(file, { recursive: true });
      execFileSync('mkfifo', [file]);
      expect((await refusal(folder)).found).toBe('something that is not a file');
      rmSync(file);
      symlinkSync(name, file);
      expect((await refusal(folder)).found).toBe('links in a circle');
    },
  );

  it.each(['trace.txt.gz', 'device.log.gz'])('%s that is cut or no gzip is named', async (name) => {
    const folder = copyOf(BALLOON);
    const file = join(folder, name);
    const whole = readFileSync(file);
    truncateSync(file, 5000);
    const cut = await refusal(folder);
    expect(cut).toMatchObject({ file, expected: 'a readable file' });
    expect(cut.line).toBeGreaterThan(100);
    writeFileSync(file, 'no gzip\n');
    expect(await refusal(folder)).toMatchObject({ file, expected: 'a readable file' });
    whole[Math.floor(whole.length / 2)]! ^= 0xff;
    writeFileSync(file, whole);
    expect((await refusal(folder)).file).toBe(file);
  });

  it('that is given for the whole folder is named', async () => {
    const file = join(copyOf(), 'pagestate.start');
    const told = { file, line: 0, expected: 'the folder of a recording', found: 'a file' };
    expect(await refusal(file)).toMatchObject(told);
  });

  it('that is missing, or packed in another way, is named', async () => {
    const folder = copyOf();
    rmSync(join(folder, 'trace.txt.gz'));
    expect((await refusal(folder)).found).toBe('neither');
    writeFileSync(join(folder, 'trace.txt.xz'), 'x');
    expect((await refusal(folder)).found).toContain('trace.txt.xz');
    rmSync(join(folder, 'pagestate.end'));
    expect(await refusal(folder)).toMatchObject({ found: 'nothing' });
    expect((await refusal('/nonexistent')).found).toBe('nothing');
    const file = join(folder, 'pagestate.start');
    expect((await refusal(file)).message).toContain('pagestate.start');
  });

  it('that is no text is named with the line', async () => {
    const folder = copyOf();
    const file = join(folder, 'pagestate.end');
    const lines = readFileSync(file, 'latin1').split('\n');
    writeFileSync(file, lines.with(2, `${lines[2]}\u00ff`).join('\n'), 'latin1');
    expect(await refusal(folder)).toMatchObject({ file, line: 3, expected: 'UTF-8 text' });
  });
});
