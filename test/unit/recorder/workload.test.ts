import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { layWorkload } from '../../../src/recorder/workload.ts';
import { emptyFolder } from '../../support/folder.ts';

function laid(name: string, text: string): { work: ReturnType<typeof layWorkload>; to: string } {
  const folder = emptyFolder();
  writeFileSync(path.join(folder, name), text);
  const to = path.join(folder, 'laid');
  return { work: layWorkload(path.join(folder, name), to), to };
}

describe('a workload', () => {
  it('that is a file is a function, started by the driver of its language', () => {
    const { work, to } = laid('f.py', '"""A function."""\n# packages: python3-numpy git\n');
    expect(work).toEqual({
      name: 'f.py',
      isFunction: true,
      packages: ['python3', 'python3-numpy', 'git'],
    });
    expect(readFileSync(path.join(to, 'command'), 'utf8')).toBe(
      '/usr/bin/python3 /workload/driver.py /workload/f.py\n',
    );
    for (const name of ['driver.py', 'run.sh', 'f.py']) {
      expect(existsSync(path.join(to, name)), name).toBe(true);
    }
  });

  it('in a language that nobody starts is refused with those that there are', () => {
    expect(() => laid('f.rb', '')).toThrow(/--workload: expected .*\.py, \.js, \.mjs, \.cjs, \.c/);
  });

  it('that is a folder needs a run.sh', () => {
    const folder = emptyFolder();
    expect(() => layWorkload(folder, path.join(folder, 'laid'))).toThrow('run.sh');
    mkdirSync(path.join(folder, 'w'));
    writeFileSync(path.join(folder, 'w', 'run.sh'), 'sleep 1\n');
    const work = layWorkload(path.join(folder, 'w'), path.join(folder, 'laid'));
    expect(work).toMatchObject({ name: 'w', isFunction: false });
    expect(readFileSync(path.join(folder, 'laid', 'run.sh'), 'utf8')).toBe('sleep 1\n');
  });

  it('that is not there is refused', () => {
    expect(() => layWorkload('/nowhere', '/tmp/x')).toThrow('found "/nowhere"');
  });
});
