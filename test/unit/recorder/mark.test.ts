import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readMark, writeMark } from '../../../src/recorder/mark.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'mark-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('says nothing before it is whole', () => {
  const file = path.join(folder, 'release');
  expect(readMark(file)).toBe('');
  writeFileSync(`${file}.part`, '6.1');
  expect(readMark(file)).toBe('');
  writeMark(file, '6.12.0');
  expect(readMark(file)).toBe('6.12.0');
  expect(readdirSync(folder)).toEqual(['release']);
});
