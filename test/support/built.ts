// The built program as a user runs it, in a process of its own. `npm test` builds it first.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll } from 'vitest';

export const ROOT: string = resolve(import.meta.dirname, '../..');
export const MAIN: string = join(ROOT, 'dist/cli/main.js');

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A sweep leaves thousands of files. */
const REMOVAL_MS = 120_000;

/** An empty folder, gone after the tests of the file. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'guestmem-'));
  afterAll(() => rmSync(folder, { recursive: true }), REMOVAL_MS);
  return folder;
}

/** `guestmem ARGS` in a folder. */
export function guestmemIn(folder: string, ...args: readonly string[]): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { code: status, out: stdout, err: stderr };
}
