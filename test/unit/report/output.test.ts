import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { OutputError } from '../../../src/report/output-error.ts';
import { OutputFolder } from '../../../src/report/output.ts';
import { emptyFolder } from '../../support/folder.ts';

let folder: string;
beforeEach(() => {
  folder = emptyFolder();
});

const own = (
  name: string,
  usualBytes = 10,
): { name: string; mark: RegExp; usualBytes: number } => ({
  name,
  mark: /^ours/,
  usualBytes,
});

const A = own('a.txt');
const B = own('b.txt');

function refusal(path: string, options = {}): string {
  try {
    new OutputFolder(path, [A, B], options).close();
  } catch (error) {
    if (error instanceof OutputError) return error.message;
    throw error;
  }
  return '';
}

function* content(): Generator<string, void> {
  for (let piece = 0; piece < 300; piece++) yield `${piece},`;
}

describe('a folder for results', () => {
  it('is made with those above it, and gone again if nothing was written', () => {
    const deep = join(folder, 'x/y/z');
    const output = new OutputFolder(deep, [A]);
    expect(existsSync(deep)).toBe(true);
    output.close();
    output.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('gets all files at once in place of an earlier run, and nothing else of it changes', () => {
    writeFileSync(join(folder, 'notes'), 'x');
    new OutputFolder(folder, [A, B]).write([
      { name: 'a.txt', content: 'ours 1' },
      { name: 'b.txt', content: 'ours 1' },
    ]);
    const paths = new OutputFolder(folder, [A], { earlier: [A, B] }).write([
      { name: 'a.txt', content: Uint8Array.from(Buffer.from('ours 2')) },
    ]);
    expect(paths).toEqual([join(folder, 'a.txt')]);
    expect(readdirSync(folder).toSorted()).toEqual(['a.txt', 'notes']);
    expect(lstatSync(join(folder, 'a.txt')).isFile()).toBe(true);
    expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('ours 2');
  });

  it('gets text that comes in pieces whole', () => {
    new OutputFolder(folder, [A]).write([{ name: 'a.txt', content: content() }]);
    const text = readFileSync(join(folder, 'a.txt'), 'utf8');
    expect(text).toBe(Array.from({ length: 300 }, (_, piece) => `${piece},`).join(''));
  });

  it('is refused in one line that names what is in the way', () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(refusal(file)).toBe(`${file}: a file is in the way of the folder`);
    expect(refusal(join(file, 'sub'))).toContain('a file is in the way of the folder');
    expect(refusal('/proc/nope')).toBe('/proc/nope: no folder can be made there');
    expect(refusal(join(folder, 'n'.repeat(300)))).toContain('the name is too long');
    expect(refusal('')).toContain('no name');
    mkdirSync(join(folder, 'b.txt'));
    expect(refusal(folder)).toBe(`${join(folder, 'b.txt')}: a folder is in the way of the file`);
    rmSync(join(folder, 'b.txt'), { recursive: true });
    execFileSync('mkfifo', [join(folder, 'b.txt')]);
    expect(refusal(folder)).toContain('not a file');
  });

  it('keeps a file that is not ours unless it is forced', () => {
    writeFileSync(join(folder, 'a.txt'), 'theirs');
    expect(refusal(folder)).toMatch(/a\.txt: a file that guestmem did not write/);
    expect(readdirSync(folder)).toEqual(['a.txt']);
    // one that this run does not write stays as it is, whatever is forced
    const forced = { earlier: [A, B], isForced: true };
    new OutputFolder(folder, [B], forced).write([{ name: 'b.txt', content: 'ours' }]);
    expect(readFileSync(join(folder, 'a.txt'), 'utf8')).toBe('theirs');
    new OutputFolder(folder, [A], forced).write([{ name: 'a.txt', content: 'ours' }]);
    expect(readdirSync(folder)).toEqual(['a.txt']);
  });

  it('takes a file whose mark is in many for its own beside another of its own alone', () => {
    const log = { name: 'log', mark: /^/, beside: A, usualBytes: 10 };
    const write = (text: string): string[] =>
      new OutputFolder(folder, [A, log]).write([
        { name: 'a.txt', content: 'ours' },
        { name: 'log', content: text },
      ]);
    writeFileSync(join(folder, 'log'), 'theirs');
    expect(() => write('1')).toThrow(/log: a file that guestmem did not write/);
    new OutputFolder(folder, [A], { earlier: [A, log] }).write([{ name: 'a.txt', content: '' }]);
    expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('theirs');
    writeFileSync(join(folder, 'a.txt'), 'ours');
    write('2');
    expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('2');
  });

  it('follows no link out of itself: the link is replaced, what it led to stays', () => {
    const elsewhere = join(folder, 'elsewhere');
    writeFileSync(elsewhere, 'ours, of long ago');
    const out = join(folder, 'out');
    mkdirSync(out);
    symlinkSync('../elsewhere', join(out, 'a.txt'));
    symlinkSync('nowhere', join(out, 'b.txt'));
    new OutputFolder(out, [A, B]).write([
      { name: 'a.txt', content: 'ours' },
      { name: 'b.txt', content: 'ours' },
    ]);
    expect(readFileSync(elsewhere, 'utf8')).toBe('ours, of long ago');
    expect(lstatSync(join(out, 'a.txt')).isSymbolicLink()).toBe(false);
    expect(readFileSync(join(out, 'b.txt'), 'utf8')).toBe('ours');
  });

  it('has room for what such files take, looked for before the work', (context) => {
    const small = join(folder, 'small');
    mkdirSync(small);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', small], { stdio: 'pipe' });
    } catch {
      context.skip('no tmpfs can be mounted here');
    }
    try {
      const fits = new OutputFolder(small, [own('a.txt', 100_000)]);
      fits.write([{ name: 'a.txt', content: 'ours' }]);
      const large = (): OutputFolder => new OutputFolder(small, [own('a.txt', 900_000)]);
      expect(large).toThrow(`${small}: no space left on the device`);
      const late = new OutputFolder(small, [A, B]);
      const files = ['a.txt', 'b.txt'].map((name) => ({ name, content: 'x'.repeat(200_000) }));
      expect(() => late.write(files)).toThrow('no space left on the device');
      expect(readdirSync(small)).toEqual(['a.txt']);
      expect(readFileSync(join(small, 'a.txt'), 'utf8')).toBe('ours');
    } finally {
      execFileSync('umount', [small]);
    }
  });
});
