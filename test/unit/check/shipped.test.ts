/** Files beside the code, in a clone and in the package. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { shippedFile, shippedTogether } from '../../../src/check/index.ts';
import { emptyFolder } from '../../support/folder.ts';

const folder = emptyFolder();
const place = (name: string): URL => pathToFileURL(join(folder, name));

describe('a shipped file', () => {
  writeFileSync(join(folder, 'plain'), 'as it is');
  writeFileSync(join(folder, 'packed.br'), brotliCompressSync('unpacked'));

  it('is read as it is, or unpacked where only that lies there', () => {
    expect(new TextDecoder().decode(shippedFile(place('plain')))).toBe('as it is');
    expect(new TextDecoder().decode(shippedFile(place('packed')))).toBe('unpacked');
  });

  it('may be one of many that are packed together', () => {
    writeFileSync(join(folder, 'all.br'), brotliCompressSync('[["a",2],["b/c",3]]\naabbb'));
    const texts = [...shippedTogether(place('all'))].map(([name, bytes]) => [
      name,
      new TextDecoder().decode(bytes),
    ]);
    expect(texts).toEqual([
      ['a', 'aa'],
      ['b/c', 'bbb'],
    ]);
    expect(shippedTogether(place('none')).size).toBe(0);
  });

  it('that is not there is nothing, as all of them where no files are', () => {
    expect(shippedFile(place('none'))).toBeUndefined();
    vi.stubGlobal('process', undefined);
    expect(shippedFile(place('plain'))).toBeUndefined();
    vi.unstubAllGlobals();
  });
});
