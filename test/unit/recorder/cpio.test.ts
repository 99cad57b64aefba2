import { describe, expect, it } from 'vitest';
import { FILE_MODE, FOLDER_MODE, cpio } from '../../../src/recorder/cpio.ts';

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

describe('an archive for the first file system', () => {
  const archive = cpio([
    { path: 'bin', mode: FOLDER_MODE, bytes: new Uint8Array(0) },
    { path: 'bin/a', mode: FILE_MODE, bytes: Buffer.from('hello') },
  ]);

  it('has a header of 110 digits for each file, and one that ends it', () => {
    expect(text(archive.subarray(0, 110))).toMatch(/^070701[\da-f]{104}$/);
    expect(text(archive).match(/070701/g)).toHaveLength(3);
    expect(text(archive)).toContain('TRAILER!!!\0');
  });

  it('says mode, size and length of the name where Linux reads them', () => {
    const at = text(archive).indexOf('070701', 6);
    const field = (n: number): number =>
      Number.parseInt(text(archive.subarray(at + 6 + 8 * n, at + 14 + 8 * n)), 16);
    expect([field(1), field(6), field(11)]).toEqual([FILE_MODE, 5, 'bin/a\0'.length]);
  });

  it('begins each part at a multiple of four bytes', () => {
    expect(archive.length % 4).toBe(0);
    expect(text(archive).indexOf('hello') % 4).toBe(0);
  });
});
