// Programs of the machine that a recorder calls.

import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { RecorderMissing, RecordingFailed } from './error.ts';

/** Debian's packages that have them. */
const PACKAGE_OF: Readonly<Record<string, string>> = {
  'apt-get': 'apt',
  'apt-cache': 'apt',
  'dpkg-deb': 'dpkg',
  'qemu-system-x86_64': 'qemu-system-x86',
  gcc: 'gcc libc6-dev',
  make: 'make',
  mke2fs: 'e2fsprogs',
  debugfs: 'e2fsprogs',
  setpriv: 'util-linux',
  xz: 'xz-utils',
};

function missing(programs: readonly string[]): RecorderMissing {
  const names = new Set(programs.flatMap((name) => (PACKAGE_OF[name] ?? name).split(' ')));
  const packages = [...names].join(' ');
  const are = programs.length === 1 ? 'is' : 'are';
  const from = programs.includes('apt-get') ? "Debian's packages" : 'apt-get install';
  return new RecorderMissing(
    `${programs.join(', ')} ${are} not on this machine: ${from} ${packages}`,
  );
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Throws RecorderMissing that names all programs which cannot be called. */
export function expectTools(programs: readonly string[]): void {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter).filter((one) => one !== '');
  const lacking = programs.filter(
    (name) => !folders.some((folder) => isProgram(path.join(folder, name))),
  );
  if (lacking.length > 0) throw missing(lacking);
}

const MOST_OUTPUT = 2 ** 28;

/** What make says of a program that failed below it, after that program's own word. */
const OF_MAKE = /^make(?:\[\d+\])?: /;

/** The last line that says why. */
function lastLine(text: string): string {
  const lines = text.trim().split('\n');
  return lines.findLast((line) => !OF_MAKE.test(line)) ?? lines.at(-1) ?? '';
}

/** Runs a program to its end; what it wrote. Throws RecorderMissing, or RecordingFailed with the last line of its complaint that says why. */
export function runTool(program: string, args: readonly string[], cwd?: string): Buffer {
  try {
    return execFileSync(program, args, {
      cwd,
      maxBuffer: MOST_OUTPUT,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (cause) {
    const { code, stderr = '' } = cause as { readonly code?: string; readonly stderr?: unknown };
    if (code === 'ENOENT') throw missing([program]);
    if (code === 'EAGAIN') throw cause; // there are as many processes as there may be
    const said = String(stderr);
    throw new RecordingFailed(`${program} failed: ${lastLine(said)}`, { cause });
  }
}
