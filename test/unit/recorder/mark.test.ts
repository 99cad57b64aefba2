import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { readMark, writeMark } from '../../../src/recorder/mark.ts';
import { emptyFolder } from '../../support/folder.ts';

const folder = emptyFolder();

it('says nothing before it is whole', () => {
  const file = path.join(folder, 'release');
  expect(readMark(file)).toBe('');
  writeFileSync(`${file}.part`, '6.1');
  expect(readMark(file)).toBe('');
  writeMark(file, '6.12.0');
  expect(readMark(file)).toBe('6.12.0');
  expect(readdirSync(folder)).toEqual(['release']);
});
