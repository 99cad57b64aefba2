import { describe, expect, it } from 'vitest';
import {
  CAUSE_HOST_CACHE,
  HostFiles,
  HostMemory,
  HostOutOfMemory,
} from '../../../src/vmm/index.ts';

function filesOf(mode: 'shared' | 'double' | 'dax', capacity = 1000): [HostFiles, () => number] {
  const host = new HostMemory(capacity);
  return [new HostFiles(host, mode), () => host.account[CAUSE_HOST_CACHE] as number];
}

describe('files on the host', () => {
  it('are read from its device once, whoever reads them', () => {
    const [files] = filesOf('shared');
    files.use('a');
    expect([files.read('a', 100), files.read('a', 100), files.read('a', 130)]).toEqual([
      100, 0, 30,
    ]);
    files.use('a');
    expect(files.read('a', 130)).toBe(0);
    files.leave(['a']);
    files.leave(['a']);
    files.use('a');
    expect(files.read('a', 130)).toBe(0);
  });

  it('are charged once while a VM uses them, where its copy is charged at all', () => {
    for (const [mode, held] of [
      ['shared', 0],
      ['double', 1],
      ['dax', 1],
    ] as const) {
      const [files, charged] = filesOf(mode);
      for (const name of ['a', 'a', 'b']) files.use(name);
      files.read('a', 100);
      files.read('a', 100);
      files.read('b', 10);
      expect(charged()).toBe(110 * held);
      files.leave(['a', 'b']);
      expect(charged()).toBe(100 * held);
      files.leave(['a']);
      expect(charged()).toBe(0);
    }
  });

  it('need room on the host', () => {
    const [files] = filesOf('double', 50);
    files.use('a');
    expect(() => files.read('a', 51)).toThrow(HostOutOfMemory);
  });
});
