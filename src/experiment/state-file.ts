// Where checkpoints lie: a file that is the old one or the new one, whenever its writer dies.

import { readFileSync, statSync } from 'node:fs';
import { KIB } from '../abi/unit.ts';
import { expectRoom, replaceFile } from '../report/node.ts';

export interface StatePlace {
  /** For whoever reads what is said of it. */
  readonly name: string;
  /** undefined: nothing is there. */
  read(): Uint8Array | undefined;
  /** Throws OutputError: what was there is there still. */
  write(bytes: Uint8Array): void;
  /** Throws OutputError where nothing can be written, before anything is played. */
  expectRoom?(): void;
}

/** Room that is looked for before the work: the first checkpoint of a small run. */
const USUAL_BYTES = 256 * KIB;

/** Opening a FIFO would wait for ever. */
function bytesAt(path: string): Uint8Array | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  if (found.isFile() || found.isDirectory()) return readFileSync(path);
  throw Object.assign(new Error(path), { code: 'something that is not a file' });
}

export function stateFile(path: string): StatePlace {
  return {
    name: path,
    read: () => bytesAt(path),
    write: (bytes) => replaceFile(path, bytes),
    expectRoom: () => expectRoom(path, USUAL_BYTES),
  };
}
