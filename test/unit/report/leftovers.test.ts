import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { clearLeftovers, stageGone, stageIn } from '../../../src/report/leftovers.ts';
import { emptyFolder } from '../../support/folder.ts';

let folder: string;
beforeEach(() => {
  folder = emptyFolder();
});

/** The number of a process that has ended. */
function deadPid(): number {
  return spawnSync(process.execPath, ['--eval', '']).pid;
}

describe('what dead processes left', () => {
  it('is cleared; what is of the living, of others or not ours stays', () => {
    const host = hostname().replace(/[^\w.]/g, '_');
    const dead = deadPid();
    const stays = [
      `.guestmem-${host}-1`,
      `.guestmem-elsewhere.net-${dead}`,
      '.guestmem-notes',
      'results.json.1.tmp',
      `other.txt.${dead}.tmp`,
      'results.json',
    ];
    for (const name of stays) writeFileSync(join(folder, name), '');
    mkdirSync(join(folder, `.guestmem-${host}-${dead}`, 'new'), { recursive: true });
    writeFileSync(join(folder, `results.json.${dead}.tmp`), '');
    clearLeftovers(folder, ['results.json']);
    expect(readdirSync(folder).toSorted()).toEqual(stays.toSorted());
  });

  it('under the number of this process is cleared unless it is in use', () => {
    const stage = stageIn(folder);
    mkdirSync(stage);
    clearLeftovers(folder, []);
    expect(readdirSync(folder)).toEqual([basename(stage)]);
    stageGone(stage);
    clearLeftovers(folder, []);
    expect(readdirSync(folder)).toEqual([]);
  });
});
