/** What a checkpoint must be able to write down: docs/decisions/0064-checkpoints.md. */
import { describe, expect, it } from 'vitest';
import { SOURCES, codeOf, folderOf } from './tree.ts';

/** Rooms whose objects make up a replay. */
const WRITTEN: readonly string[] = [
  'core',
  'guest',
  'replay',
  'serverless',
  'time',
  'virtio',
  'vmm',
];

describe('objects of which a replay consists', () => {
  it('have no #members, which nobody outside can read or set: `private _name` is written', () => {
    const files = SOURCES.filter((file) => WRITTEN.includes(folderOf('src', file) ?? ''));
    expect(files.filter((file) => /(?:^|[\s.(*])#[a-zA-Z]/m.test(codeOf(file)))).toEqual([]);
  });
});
