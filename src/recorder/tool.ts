// Programs of the machine that a recorder calls.

import { execFileSync } from 'node:child_process';
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
  xz: 'xz-utils',
};

function missing(program: string): RecorderMissing {
  const name = PACKAGE_OF[program] ?? program;
  return new RecorderMissing(`${program} is not on this machine: apt-get install ${name}`);
}

/** Throws RecorderMissing for the first program that cannot be called. */
export function expectTools(programs: readonly string[]): void {
  for (const program of programs) {
    try {
      execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    } catch {
      throw missing(program);
    }
  }
}

const MOST_OUTPUT = 2 ** 28;

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}

/** Runs a program to its end; what it wrote. Throws RecorderMissing, or RecordingFailed with the last line of its complaint. */
export function runTool(program: string, args: readonly string[], cwd?: string): Buffer {
  try {
    return execFileSync(program, args, {
      cwd,
      maxBuffer: MOST_OUTPUT,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT')
      throw missing(program);
    const said = cause instanceof Error && 'stderr' in cause ? String(cause.stderr) : '';
    throw new RecordingFailed(`${program} failed: ${lastLine(said)}`, { cause });
  }
}
