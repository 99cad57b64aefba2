import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { SYSTEM_FILES } from '../../../src/trace/system-files.ts';
import { faultOf } from '../../support/trace-folders.ts';
import { folderWith } from '../../support/folder.ts';

afterEach(() => vi.unstubAllGlobals());

describe('files of the system', () => {
  const folder = folderWith({ 'b.csv': 'abc', 'a.csv': '' });

  it('are looked at, listed and read', () => {
    mkdirSync(join(folder, 'sub'));
    symlinkSync('b.csv', join(folder, 'link.csv'));
    symlinkSync('loop.csv', join(folder, 'loop.csv'));
    expect(SYSTEM_FILES.look(join(folder, 'b.csv'))).toEqual({ kind: 'file', size: 3 });
    expect(SYSTEM_FILES.look(folder).kind).toBe('folder');
    expect(SYSTEM_FILES.look('/dev/null').kind).toBe('other');
    expect(SYSTEM_FILES.names(folder)).toEqual(['a.csv', 'b.csv', 'link.csv']);
    expect([...SYSTEM_FILES.read(join(folder, 'b.csv'))]).toEqual([97, 98, 99]);
    expect([...SYSTEM_FILES.head(join(folder, 'b.csv'), 2)]).toEqual([97, 98]);
  });

  it('that cannot be had are a fault in words', () => {
    expect(faultOf(() => SYSTEM_FILES.look('/none/x')).found).toBe('nothing of that name');
    expect(faultOf(() => SYSTEM_FILES.names('/none')).expected).toBe('a readable folder');
    expect(faultOf(() => SYSTEM_FILES.read(folder)).found).toBe('something that is not a file');
    expect(faultOf(() => SYSTEM_FILES.head('/dev/null', 1)).expected).toBe('a file');
  });

  it('are none where there is no file system', () => {
    vi.stubGlobal('process', undefined);
    const fault = faultOf(() => SYSTEM_FILES.look('a.csv'));
    expect(fault.message).toContain('files in memory (traceFiles), found a path');
  });
});
