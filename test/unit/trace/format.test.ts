import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { siblingHasColumns, TraceCandidate } from '../../../src/trace/format.ts';
import { folderWith } from '../../support/folder.ts';

describe('a candidate', () => {
  it('that is a folder has the names of its files, ascending, folders left out', () => {
    const folder = folderWith({ 'b.csv': 'x', 'a.txt': 'y' });
    mkdirSync(join(folder, 'aa'));
    expect(new TraceCandidate(folder, true).names).toEqual(['a.txt', 'b.csv']);
  });

  it('that is a file has the columns of its first row, in any order, and more', () => {
    const file = join(folderWith({ 'x.csv': 'func,app,more\n1,2,3\n' }), 'x.csv');
    const candidate = new TraceCandidate(file, false);
    expect(candidate.names).toEqual([]);
    expect(candidate.hasColumns(['app', 'func'])).toBe(true);
    expect(candidate.hasColumns(['app', 'fun'])).toBe(false);
    expect(candidate.hasColumns(['1'])).toBe(false);
  });

  it('that is a folder has no columns, and nothing is read before it is asked', () => {
    expect(new TraceCandidate('/nonexistent', true).hasColumns([])).toBe(false);
    expect(() => new TraceCandidate('/nonexistent', false)).not.toThrow();
  });
});

it('a file beside a trace that cannot be read has no columns', () => {
  const folder = folderWith({ 'x.csv': 'a,b\n' });
  expect(siblingHasColumns(join(folder, 'x.csv'), ['a'])).toBe(true);
  expect(siblingHasColumns(join(folder, 'y.csv'), ['a'])).toBe(false);
});
