// Which kernel's rules a uname means, and that docs/kernels.md says the same as the values.

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { KERNELS, kernelOf } from '../../../src/core/kernel.ts';

describe('the kernel of a uname', () => {
  it.each([
    ['Linux (none) 6.1.0-56-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2', '6.1'],
    ['Linux (none) 5.10.0-8-amd64 #1 SMP', '6.1'],
    ['Linux host 6.6.30 #1', '6.1'],
    ['Linux host 6.7.0 #1', '6.12'],
    ['Linux (none) 6.12.117+deb12-amd64 #1 SMP', '6.12'],
    ['Linux (none) 7.3.4+deb13-amd64 #1 SMP', '7.3'],
    ['Linux host 12.0.1 #1', '7.3'],
    ['', '6.12'],
  ])('%s', (uname, name) => {
    expect(kernelOf(uname).name).toBe(name);
  });
});

const word = (value: boolean): string => (value ? 'yes' : 'no');

it('docs/kernels.md has each rule’s value for each kernel', () => {
  const text = readFileSync(new URL('../../../docs/kernels.md', import.meta.url), 'utf8');
  const cellsOf = (start: string): string[] => {
    const row = text.split('\n').find((line) => line.startsWith(`| ${start}`));
    return (row ?? '').split('|').map((cell) => cell.trim());
  };
  expect(cellsOf('rule').slice(2, -1)).toEqual(KERNELS.map(({ name }) => name));
  const rules = ['pcpTunes', 'pcpKeepsBlocks', 'freesRuns', 'preempts', 'kswapdLags'] as const;
  for (const rule of rules) {
    const values = KERNELS.map((kernel) => word(kernel[rule]));
    expect(cellsOf(`\`${rule}\``).slice(2, -1)).toEqual(values);
  }
});
