import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { RecorderMissing } from '../../../src/recorder/error.ts';
import { compilePython } from '../../../src/recorder/python.ts';
import { emptyFolder } from '../../support/folder.ts';

function root(hasPython: boolean): string {
  const folder = emptyFolder();
  mkdirSync(path.join(folder, 'usr/bin'), { recursive: true });
  mkdirSync(path.join(folder, 'workload'));
  if (hasPython) writeFileSync(path.join(folder, 'usr/bin/python3'), '');
  return folder;
}

it('nothing is compiled where there is no Python', () => {
  expect(() => compilePython(root(false), ['workload'])).not.toThrow();
});

it('the Python of the disk compiles, not that of this machine', () => {
  // its loader is not there: nothing else is tried
  expect(() => compilePython(root(true), ['workload'])).toThrow(RecorderMissing);
});
