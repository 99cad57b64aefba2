// The guest's side of a recording: a folder in a clone, one packed file in the package.

import { writeFileSync } from 'node:fs';
import { shippedFile, shippedTogether } from '../check/index.ts';
import { RecorderMissing } from './error.ts';

const FOLDER = 'recorder/guest';
const ROOT = new URL('../../', import.meta.url);
const PACKED = new URL('build/recorder-guest', ROOT);

/** Throws RecorderMissing. */
export function guestFile(name: string): Uint8Array {
  const place = `${FOLDER}/${name}`;
  const bytes = shippedFile(new URL(place, ROOT)) ?? shippedTogether(PACKED).get(place);
  if (bytes === undefined) throw new RecorderMissing(`a file of the recorder: ${place}`);
  return bytes;
}

export function layGuestFile(name: string, as: string): void {
  writeFileSync(as, guestFile(name));
}
