import {
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { exchange, newFolder, settle } from '../../../src/report/exchange.ts';
import { emptyFolder } from '../../support/folder.ts';

let folder: string;
let stage: string;
beforeEach(() => {
  folder = emptyFolder();
  stage = join(folder, '.stage');
  mkdirSync(newFolder(stage), { recursive: true });
});

function contents(): Record<string, string> {
  const names = readdirSync(folder).filter((name) => name !== '.stage');
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

describe('an exchange', () => {
  it('replaces, adds and takes away', () => {
    for (const name of ['same', 'gone']) writeFileSync(join(folder, name), 'old');
    for (const name of ['same', 'more']) writeFileSync(join(newFolder(stage), name), 'new');
    exchange(folder, stage, ['same', 'gone', 'more']);
    expect(contents()).toEqual({ same: 'new', more: 'new' });
  });

  it('that stopped goes on in the direction it went', () => {
    for (const version of ['old', 'new']) {
      mkdirSync(join(stage, version), { recursive: true });
      writeFileSync(join(stage, version, 'a'), version);
      symlinkSync(version, join(stage, 'link'));
      renameSync(join(stage, 'link'), join(stage, 'now'));
      symlinkSync('.stage/now/a', join(folder, 'a'));
      symlinkSync('.stage/now/b', join(folder, 'b'));
      symlinkSync('.stage/now/a', join(folder, 'other')); // of the user, who knows why
      settle(folder, stage);
      expect(readdirSync(folder).toSorted()).toEqual(['.stage', 'a', 'other']);
      expect(readFileSync(join(folder, 'a'), 'utf8')).toBe(version);
      rmSync(join(folder, 'other'));
      rmSync(join(folder, 'a'));
    }
  });

  it('that fails leaves what was there', () => {
    writeFileSync(join(folder, 'a'), 'old');
    mkdirSync(join(folder, 'b'));
    writeFileSync(join(folder, 'b', 'inside'), '');
    for (const name of ['a', 'b']) writeFileSync(join(newFolder(stage), name), 'new');
    expect(() => exchange(folder, stage, ['a', 'b'])).toThrow();
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('old');
    expect(readdirSync(join(folder, 'b'))).toEqual(['inside']);
  });
});
