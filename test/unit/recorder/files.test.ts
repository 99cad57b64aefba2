import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { RECORDING_FILES } from '../../../src/recorder/files.ts';

const RECORDINGS = 'test/recordings';

it('each file of the recordings that we ship is known by its mark', () => {
  const unknown = readdirSync(RECORDINGS).flatMap((name) => {
    if (!name.startsWith('linux-')) return [];
    const folder = path.join(RECORDINGS, name);
    return RECORDING_FILES.filter(({ name: file, mark, beside }) => {
      if (!readdirSync(folder).includes(file)) return false;
      if (beside !== undefined) expect(readdirSync(folder)).toContain(beside.name);
      // a command line of the recorder of before has no word of this one's
      return file !== 'cmdline' && !mark.test(readFileSync(path.join(folder, file), 'latin1'));
    }).map(({ name: file }) => path.join(folder, file));
  });
  expect(unknown).toEqual([]);
});
