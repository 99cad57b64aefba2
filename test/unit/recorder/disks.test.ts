import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { diskOf, initrd, layFolders, readDisk } from '../../../src/recorder/disks.ts';
import { expectTools } from '../../../src/recorder/tool.ts';

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
    const folder = mkdtempSync(path.join(tmpdir(), 'disks-'));
    const at = (name: string): string => path.join(folder, name);
    mkdirSync(at('w'));
    writeFileSync(at('w/file'), 'text');
    layFolders(at('staging'), { workload: at('w') });
    diskOf(at('image'), at('staging'));
    mkdirSync(at('back'));
    readDisk(at('image'), at('back'));
    expect(readFileSync(at('back/workload/file'), 'utf8')).toBe('text');
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
