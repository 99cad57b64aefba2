import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OutputError } from '../../../src/report/output-error.ts';
import { expectRoom, replaceFile } from '../../../src/report/replace.ts';
import { testFolder } from '../../support/folder.ts';

const pathOf = testFolder();

function emptyFolder(name: string): string {
  mkdirSync(pathOf(name));
  return pathOf(name);
}

describe('a file that is written again and again', () => {
  it('is replaced as a whole, over what a dead process left', () => {
    const folder = emptyFolder('whole');
    const path = join(folder, 'state');
    writeFileSync(`${path}.next`, 'half of some');
    replaceFile(path, 'one');
    replaceFile(path, Uint8Array.of(0x74, 0x77, 0x6f));
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(readdirSync(folder)).toEqual(['state']);
  });

  it('is the old one where no other can be put there', () => {
    const folder = emptyFolder('old');
    mkdirSync(join(folder, 'state', 'inside'), { recursive: true });
    expect(() => replaceFile(join(folder, 'state'), 'text')).toThrow(OutputError);
    expect(() => replaceFile(join(folder, 'none', 'state'), 'text')).toThrow(/no folder/);
    expect(readdirSync(folder)).toEqual(['state']);
  });
});

describe('room for a file', () => {
  it('is looked for, and nothing of that stays', () => {
    const path = join(emptyFolder('room'), 'state');
    expectRoom(path, 100);
    expect(readdirSync(dirname(path))).toEqual([]);
    writeFileSync(path, 'kept');
    expectRoom(path, 100);
    expect(readFileSync(path, 'utf8')).toBe('kept');
  });

  it.each([
    ['a folder', '', /a folder is in the way of the file/],
    ['below a file', 'file/state', /a file is in the way of the folder/],
    ['where no folder is', 'none/state', /there is no such folder/],
  ])('is not there at %s', (_what, name, message) => {
    const folder = pathOf('no-room');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'file'), '');
    expect(() => expectRoom(join(folder, name), 1)).toThrow(OutputError);
    expect(() => expectRoom(join(folder, name), 1)).toThrow(message);
  });

  it('is not there where something that is not a file lies', () => {
    expect(() => expectRoom('/dev/null', 1)).toThrow('something that is not a file is in the way');
  });
});
