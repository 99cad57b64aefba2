import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { guestFile, layGuestFile } from '../../../src/recorder/guest-files.ts';
import { emptyFolder } from '../../support/folder.ts';

const FOLDER = 'recorder/guest';

it('files of the guest’s side are those of the repository, and are laid where they are wanted', () => {
  const into = emptyFolder();
  for (const name of readdirSync(FOLDER)) {
    const bytes = readFileSync(path.join(FOLDER, name));
    expect(Buffer.from(guestFile(name))).toEqual(bytes);
    layGuestFile(name, path.join(into, name));
    expect(readFileSync(path.join(into, name))).toEqual(bytes);
  }
});

it('a file that is not there is said to be missing', () => {
  expect(() => guestFile('no.c')).toThrow('a file of the recorder: recorder/guest/no.c');
});
