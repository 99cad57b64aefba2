import { expect, it } from 'vitest';
import { readImport } from '../../../../src/recording/read/import-file.ts';
import { folderWith } from '../../../support/written-folder.ts';

const NO_SOURCE = '{"format": "guestmem-import-1", "source": [1]}';

it('a folder without import.json is no import', () => {
  expect(readImport(folderWith({}))).toBeUndefined();
});

it('one of another form is refused with its file', () => {
  for (const text of ['{', '[]', '{"format": "guestmem-import-2"}', NO_SOURCE]) {
    const folder = folderWith({ 'import.json': text });
    expect(() => readImport(folder)).toThrow(
      'import.json: expected an import (guestmem-import-1), found something else',
    );
  }
});
