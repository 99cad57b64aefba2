import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ExperimentFlags, experimentOf } from '../../../src/cli/asked.ts';
import { effectLines } from '../../../src/cli/effects.ts';
import { folderWith } from '../../support/folder.ts';
import { smallTrace } from '../../support/traces.ts';

function lines(path: string | undefined, flags: ExperimentFlags & { json?: boolean }): string[] {
  return effectLines({ path, flags, ...experimentOf(path, flags) }, smallTrace());
}

describe('a setting without effect', () => {
  it('is told with its option, or with its place in the file', () => {
    const folder = folderWith({});
    const file = join(folder, 'effect.yaml');
    writeFileSync(file, 'systems: [scpv-boot]\npolicies:\n  growth: step');
    const why = 'no effect, as it is of mcpv-czone';
    expect(lines(file, {})).toEqual([`${file}:3:11: policies.growth: ${why}`]);
    expect(lines(file, { growth: 'step:2' })).toEqual([`--growth: ${why}`]);
    expect(lines(undefined, { idleReclaim: true, system: 'scpv-boot' })).toEqual([
      `--idle-reclaim: ${why}`,
    ]);
  });

  it('has one, if JSON that is printed tells it', () => {
    const flags = { format: 'csv', sensitivity: true } as const;
    expect(lines(undefined, flags)).toHaveLength(1);
    expect(lines(undefined, { ...flags, json: true })).toEqual([]);
  });
});
