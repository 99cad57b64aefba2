/** Programs of a machine that are not there, or stand-ins that say what they were called with. */

import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { emptyFolder } from './folder.ts';

/** Puts shell scripts before everything else on the PATH until the test ends; a folder for what they leave. */
export function standIns(scripts: Readonly<Record<string, string>>, isAlone = false): string {
  const folder = emptyFolder();
  for (const [name, script] of Object.entries(scripts)) {
    const file = path.join(folder, name);
    writeFileSync(file, `#!/bin/sh\necho "${name} $*" >> ${folder}/calls\n${script}\n`);
    chmodSync(file, 0o755);
  }
  const before = process.env['PATH'];
  process.env['PATH'] = isAlone ? folder : `${folder}:${before ?? ''}`;
  onTestFinished(() => {
    process.env['PATH'] = before;
  });
  return folder;
}

/** What the stand-ins were called with, a line a call. */
export function callsOf(folder: string): string[] {
  return readFileSync(path.join(folder, 'calls'), 'utf8').trim().split('\n');
}
