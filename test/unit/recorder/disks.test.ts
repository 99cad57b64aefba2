import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  diskOf,
  initrd,
  layFolders,
  linkAlternatives,
  readDisk,
} from '../../../src/recorder/disks.ts';
import { expectTools } from '../../../src/recorder/tool.ts';
import { emptyFolder } from '../../support/folder.ts';

function hasDisks(): boolean {
  try {
    expectTools(['mke2fs', 'debugfs']);
    return true;
  } catch {
    return false;
  }
}

describe('the guest’s file systems', () => {
  it.skipIf(!hasDisks())('a disk holds what lay in its folders (skipped without e2fsprogs)', () => {
    const folder = emptyFolder();
    const at = (name: string): string => path.join(folder, name);
    mkdirSync(at('w'));
    writeFileSync(at('w/file'), 'text');
    layFolders(at('staging'), { workload: at('w') });
    diskOf(at('image'), at('staging'));
    mkdirSync(at('back'));
    readDisk(at('image'), at('back'));
    expect(readFileSync(at('back/workload/file'), 'utf8')).toBe('text');
  });

  it('a library in a folder of its own is found where programs look, the first of a name', () => {
    const staging = emptyFolder();
    const libraries = path.join(staging, 'usr/lib/x86_64-linux-gnu');
    const put = (name: string): void => {
      mkdirSync(path.dirname(path.join(libraries, name)), { recursive: true });
      writeFileSync(path.join(libraries, name), name);
    };
    const names = [
      'atlas/libblas.so.3',
      'blas/libblas.so.3',
      'blas/libz.so.1',
      'blas/plugin.so',
      'libz.so.1',
    ];
    names.forEach(put);
    linkAlternatives(staging);
    linkAlternatives(staging);
    const read = (name: string): string => readFileSync(path.join(libraries, name), 'utf8');
    expect(read('libblas.so.3')).toBe('atlas/libblas.so.3');
    expect(read('libz.so.1')).toBe('libz.so.1');
    expect(readdirSync(libraries).toSorted()).toEqual([
      'atlas',
      'blas',
      'libblas.so.3',
      'libz.so.1',
    ]);
    expect(() => linkAlternatives(path.join(staging, 'usr'))).not.toThrow();
  });

  it('the first one has the modules in their order', () => {
    const bytes = Buffer.from('module');
    const lab = {
      release: '6',
      vmlinuz: '/k',
      busybox: bytes,
      measure: bytes,
      loadOrder: ['b', 'a'],
      modules: ['b', 'a', 'c'].map((name) => ({ name, bytes })),
    };
    const archive = Buffer.from(initrd(lab)).toString('latin1');
    expect(archive).toContain('b\na\n');
    for (const name of ['mod/a.ko', 'mod/c.ko', 'init', 'lib.sh', 'probes.second']) {
      expect(archive).toContain(`${name}\0`);
    }
  });
});
