/** A real kernel under QEMU, recorded, verified and profiled. Needs QEMU, a network and minutes: GUESTMEM_QEMU=1. */
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { recordCommand } from '../../src/cli/record.ts';
import { ran } from '../support/command.ts';
import { emptyFolder } from '../support/folder.ts';

const isAsked = process.env['GUESTMEM_QEMU'] === '1';

it.skipIf(!isAsked)(
  'one command records a function, verifies it frame by frame and profiles it (skipped without GUESTMEM_QEMU=1)',
  { timeout: 1_800_000 },
  async () => {
    const out = path.join(emptyFolder(), 'hello');
    const words = ['--workload', 'recorder/functions/hello.py', '--out', out];
    const { code, out: text } = await ran(recordCommand(), ...words);
    expect(text).toMatch(/guided: \d+ events[^]*^exact$[^]*free-running: [^]*^exact$/m);
    expect(text).toMatch(/hello\.py: 3 containers on Linux 6\.12/);
    expect(code).toBe(0);
  },
);

it.skipIf(!isAsked)(
  'a function that cannot be loaded ends it at once, with its last word (skipped without GUESTMEM_QEMU=1)',
  { timeout: 1_800_000 },
  async () => {
    const folder = emptyFolder();
    const [workload, out] = [path.join(folder, 'broken.py'), path.join(folder, 'out')];
    writeFileSync(workload, 'import nowhere\n');
    await expect(ran(recordCommand(), '--workload', workload, '--out', out)).rejects.toThrow(
      "c1 ended, last: ModuleNotFoundError: No module named 'nowhere'",
    );
    expect(existsSync(path.join(out, 'recording.json'))).toBe(false);
  },
);
