import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeAtomically } from '../../../src/report/atomic.ts';
import { readResults, resultsJson, writeResults } from '../../../src/report/json.ts';
import { ResultsError } from '../../../src/report/schema.ts';
import { results } from './fixture.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guestmem-report-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('results.json', () => {
  it('is written into a folder that it makes, and read back', () => {
    const path = writeResults(join(folder, 'a', 'b'), results());
    expect(readResults(path)).toEqual(results());
    expect(readdirSync(join(folder, 'a', 'b'))).toEqual(['results.json']);
  });

  it('refuses to write a wrong record and touches nothing', () => {
    const wrong = results();
    wrong.systems[0]!.footprintBy.vmm = 0;
    expect(() => writeResults(join(folder, 'out'), wrong)).toThrow(ResultsError);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('ends with a newline', () => {
    expect(resultsJson(results())).toMatch(/\}\n$/);
  });

  it.each([
    ['{"schema": 1,', /r\.json: .*JSON/],
    ['{"schema": 7}', /r\.json: schema: /],
  ])('names the file when it holds %s', (text, message) => {
    const path = join(folder, 'r.json');
    writeFileSync(path, text);
    expect(() => readResults(path)).toThrow(ResultsError);
    expect(() => readResults(path)).toThrow(message);
  });
});

describe('atomic writing', () => {
  it('replaces a file', () => {
    const path = join(folder, 'f');
    writeAtomically(path, 'one');
    writeAtomically(path, Uint8Array.of(0x32));
    expect(readFileSync(path, 'utf8')).toBe('2');
  });

  it('leaves nothing half-written when it fails', () => {
    mkdirSync(join(folder, 'f'));
    writeFileSync(join(folder, 'f', 'inside'), '');
    expect(() => writeAtomically(join(folder, 'f'), 'text')).toThrow();
    expect(readdirSync(folder)).toEqual(['f']);
  });
});
