import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { recordCommand } from '../../../src/cli/record.ts';
import { ran } from '../../support/command.ts';
import { emptyFolder } from '../../support/folder.ts';
import { standIns } from '../../support/tools.ts';

const HELLO = 'recorder/functions/hello.py';

function out(): string {
  return path.join(emptyFolder(), 'out');
}

describe('guestmem record', () => {
  it('says on a machine without QEMU which package has it, and leaves no folder', async () => {
    const folder = out();
    standIns({}, true);
    const { code, err } = await ran(recordCommand(), '--workload', HELLO, '--out', folder);
    expect(code).toBe(1);
    expect(err).toContain("are not on this machine: Debian's packages qemu-system-x86 ");
    expect(existsSync(folder)).toBe(false);
  });

  it.each(['package.json', 'package.json/below', '/proc/nope'])(
    'says that %s can hold no lab, and leaves no folder',
    async (lab) => {
      const folder = out();
      const words = ['--workload', HELLO, '--out', folder, '--lab', lab];
      const { code, err } = await ran(recordCommand(), ...words);
      expect(code).toBe(2);
      expect(err).toMatch(/^guestmem: .*(?:package\.json|nope).*: [^\n]+$/);
      expect(existsSync(folder)).toBe(false);
    },
  );

  it.each([
    ['--memory', 'much'],
    ['--cpus', '0'],
    ['--balloon', '5s:1'],
    ['--virtio-mem', 'x'],
    ['--timeout', 'soon'],
    ['--lab', ''],
  ])('refuses %s %s before anything is begun', async (option, value) => {
    const folder = out();
    const words = ['--workload', HELLO, '--out', folder, option, value];
    const { code, err } = await ran(recordCommand(), ...words);
    expect(code).toBe(2);
    expect(err).toContain(option);
    expect(existsSync(folder)).toBe(false);
  });
});
