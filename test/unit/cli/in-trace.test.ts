import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ExperimentFlags, experimentOf } from '../../../src/cli/asked.ts';
import { expectKnown, expectMapped } from '../../../src/cli/in-trace.ts';
import { folderWith } from '../../support/folder.ts';
import { smallTrace } from '../../support/traces.ts';

const TRACE = smallTrace();
const NAME = TRACE.functions[0]?.name ?? '';
const FOLDER = folderWith({});

/** What the checks say of a file or options, without the folder. */
function said(text: string | undefined, flags: ExperimentFlags = {}): string {
  const path = text === undefined ? undefined : join(FOLDER, 'x.yaml');
  if (path !== undefined) writeFileSync(path, text as string);
  const { experiment } = experimentOf(path, flags);
  try {
    expectKnown(path, experiment, TRACE);
    expectMapped(path, flags, experiment, TRACE);
  } catch (error) {
    return String(error).replace(`${FOLDER}/`, '');
  }
  return '';
}

describe('what a replay asks of a trace', () => {
  it('is there', () => {
    expect(said(undefined, { maps: '1m,6m', mapsOf: NAME })).toBe('');
    expect(said(`memory: { ${NAME}: { file: 5MiB } }\noutputs: { mapsOf: ${NAME} }`)).toBe('');
    expect(said('outputs: { maps: 0, mapsOf: nix }'.replace('0', '"0"'))).toBe('');
  });

  it.each([
    [
      `memory: { ${NAME}x: {} }`,
      `x.yaml:1:${NAME.length + 14}: memory.${NAME}x: expected functions of the trace (did you mean ${NAME}?), found "${NAME}x"`,
    ],
    [
      `outputs: { mapsOf: ${NAME}x }`,
      `x.yaml:1:20: outputs.mapsOf: expected a function of the trace (did you mean ${NAME}?), found "${NAME}x"`,
    ],
    [
      'outputs: { maps: 2h }',
      'x.yaml:1:18: outputs.maps: expected moments within the trace\'s 6 minutes, found "2h"',
    ],
  ])('or is refused where the file says it: %s', (text, words) => {
    expect(said(text)).toBe(`UsageError: ${words}`);
  });

  it('or is refused by its option', () => {
    expect(said('outputs: { maps: 2h }', { maps: '7m' })).toBe(
      'UsageError: --maps: expected moments within the trace\'s 6 minutes, found "7m"',
    );
    expect(said(undefined, { mapsOf: `${NAME}x` })).toMatch(
      /^UsageError: --maps-of: expected a function of the trace \(did you mean/,
    );
  });
});
