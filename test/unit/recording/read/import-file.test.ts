import { expect, it } from 'vitest';
import { readImport } from '../../../../src/recording/read/import-file.ts';
import { folderWith } from '../../../support/folder.ts';

const GOOD = '{\n"format": "guestmem-import-1",\n"source": "perf"\n}';

it('a folder without import.json is no import', () => {
  expect(readImport(folderWith({}))).toBeUndefined();
});

it('one of the form is taken', () => {
  expect(readImport(folderWith({ 'import.json': GOOD }))?.source).toBe('perf');
});

it.each([
  ['{', 'import.json:1: expected JSON, found something else'],
  ['[]', 'import.json:1: expected an object, found a list'],
  [GOOD.replace('import-1', 'import-2'), "import.json:2: expected 'guestmem-import-1' for format"],
  [
    GOOD.replace('"perf"', '[1]'),
    'import.json:3: expected printable text for source, found a list',
  ],
])('%j is refused with file and line', (text, message) => {
  expect(() => readImport(folderWith({ 'import.json': text }))).toThrow(message);
});
