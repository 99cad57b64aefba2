import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FUNCTION_FIELDS, functionFieldsTable } from '../../../src/serverless/function-fields.ts';
import {
  MEASURED,
  type MeasuredFunction,
  measuredProfile,
  profileOf,
  sessionProfile,
} from '../../../src/serverless/index.ts';

const path = new URL('../../../docs/function-fields.md', import.meta.url);

const INTRODUCTION = `# Fields of a function's profile

Written by \`functionFieldsTable()\` of \`src/serverless/function-fields.ts\`; a test compares this file with its output: run it with \`UPDATE_DOCS=1\` to
rewrite the file. The library has the same table as \`FUNCTION_FIELDS\`. Frames are 4 KiB. Parameters are those of \`functions:\` in an experiment
([experiment.md](experiment.md)); a profile of one's own (\`ReplayOptions.profile\`, \`memory:\`) replaces what is made of the trace.
A figure is that of the recorded function which stands for it, as large as the trace says ([functions.md](functions.md)), which is the default; what stands behind
*Parametric:* is \`--functions parametric\`'s.

`;

describe('fields of a function’s profile', () => {
  it('have a unit, a meaning and a source each, and all that profiles have are there', () => {
    const made = profileOf({ id: 0, name: 'f', memoryMib: 100, averageMs: 50 });
    const session = sessionProfile({ id: 1, name: 's', firstFrames: 10, peakFrames: 100 });
    const measured = measuredProfile({ id: 2, name: 'm' }, MEASURED[0] as MeasuredFunction);
    expect(Object.keys(FUNCTION_FIELDS).toSorted()).toEqual(
      Object.keys({ ...made, ...session, ...measured }).toSorted(),
    );
    for (const { unit, meaning, source } of Object.values(FUNCTION_FIELDS)) {
      expect(unit).toMatch(/^(?:frames|calls|-)$/);
      expect(meaning.length).toBeGreaterThan(10);
      expect(source.length).toBeGreaterThan(4);
    }
  });

  it('in frames are those that end so', () => {
    for (const [name, { unit }] of Object.entries(FUNCTION_FIELDS)) {
      expect(unit === 'frames', name).toBe(name.endsWith('Frames'));
    }
  });

  it('are what docs/function-fields.md says (UPDATE_DOCS=1 rewrites it)', () => {
    const page = INTRODUCTION + functionFieldsTable();
    if (process.env['UPDATE_DOCS'] === '1') writeFileSync(path, page);
    expect(existsSync(path) && readFileSync(path, 'utf8')).toBe(page);
  });
});
