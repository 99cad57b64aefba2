import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { openLab } from '../../../src/recorder/lab.ts';
import { emptyFolder } from '../../support/folder.ts';
import { callsOf, standIns } from '../../support/tools.ts';
import { HAS_KEYS, RECORDER_TOOLS } from '../../support/writers.ts';

const TOOLS = [
  'qemu-system-x86_64',
  'apt-get',
  'dpkg-deb',
  'gcc',
  'make',
  'mke2fs',
  'debugfs',
  'setpriv',
  'xz',
];
const all = Object.fromEntries(TOOLS.map((name) => [name, 'exit 1']));

it('a machine without QEMU is told which package has it, before anything is fetched', () => {
  const { 'qemu-system-x86_64': _qemu, ...others } = all;
  standIns({ ...others, sh: 'exec /bin/sh "$@"' }, true);
  const folder = emptyFolder();
  expect(() => openLab(folder, 'linux-image-6.12-amd64', () => {})).toThrow(
    'qemu-system-x86_64 is not on this machine: apt-get install qemu-system-x86',
  );
});

it('a package that is no kernel is refused', () => {
  standIns(all);
  const folder = emptyFolder();
  expect(() => openLab(folder, 'vim; rm -rf', () => {})).toThrow('no package of a kernel');
});

it.skipIf(!HAS_KEYS)(
  'the module is built without a program that Debian has in no package that is fetched',
  () => {
    const calls = standIns({ ...all, ...RECORDER_TOOLS });
    openLab(emptyFolder(), 'linux-image-6.12-amd64', () => {});
    const made = callsOf(calls).filter((call) => call.startsWith('make '));
    expect(made).toEqual([expect.stringMatching(/ CONFIG_DEBUG_INFO_BTF_MODULES= modules$/)]);
  },
);

it('a folder without room for a kernel is told before anything is fetched', (context) => {
  const calls = standIns({ ...all, ...RECORDER_TOOLS });
  const place = emptyFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', place], { stdio: 'pipe' });
  } catch {
    context.skip('no tmpfs can be mounted here');
  }
  try {
    expect(() => openLab(place, 'linux-image-6.12-amd64', () => {})).toThrow(
      `${place}: a kernel and its programs need 384 MiB, 1 are left (--lab)`,
    );
  } finally {
    execFileSync('umount', [place]);
  }
  expect(existsSync(path.join(calls, 'calls'))).toBe(false);
});
