import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withScratch } from '../../../src/report/scratch.ts';
import { OutputError } from '../../../src/report/output-error.ts';
import { emptyFolder } from '../../support/folder.ts';

let place: string;
const before = process.env['TMPDIR'];
beforeEach(() => {
  place = emptyFolder();
  process.env['TMPDIR'] = place;
});
afterEach(() => {
  if (before === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = before;
});

describe('a folder for what goes with a command', () => {
  it('is there while the work is done, and gone after it, however that ends', async () => {
    const work = async (folder: string): Promise<string> => {
      writeFileSync(join(folder, 'file'), '');
      expect(readdirSync(place)).toEqual([basename(folder)]);
      return folder;
    };
    expect(dirname(await withScratch('of', work))).toBe(place);
    const fails = withScratch('of', async (folder) => {
      await work(folder);
      throw new RangeError('wrong');
    });
    await expect(fails).rejects.toThrow(RangeError);
    expect(readdirSync(place)).toEqual([]);
  });

  it('clears what killed processes left of its kind; what is of the living and of others stays', async () => {
    const host = hostname().replace(/[^\w.]/g, '_');
    const dead = spawnSync(process.execPath, ['--eval', '']).pid;
    const stays = [
      `guestmem-of-${host}-${process.pid}-abcdef`,
      `guestmem-of-${host}-1-abcdef`,
      `guestmem-of-elsewhere-${dead}-abcdef`,
      `guestmem-other-${host}-${dead}-abcdef`,
      'guestmem-of-abcdef',
    ];
    const left = `guestmem-of-${host}-${dead}-abcdef`;
    for (const name of [...stays, left]) mkdirSync(join(place, name, 'below'), { recursive: true });
    await withScratch('of', async () => {});
    expect(readdirSync(place).toSorted()).toEqual(stays.toSorted());
  });

  it('that cannot be made is refused with the place', async () => {
    const nowhere = join(place, 'nowhere');
    process.env['TMPDIR'] = nowhere;
    const asked = withScratch('of', async () => {});
    await expect(asked).rejects.toThrow(new OutputError(nowhere, 'no folder can be made there'));
  });
});
