// Where checkpoints lie: a file that is the old one or the new one, whenever its writer dies.

import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { writingTo } from '../report/index.ts';

export interface StatePlace {
  /** For whoever reads what is said of it. */
  readonly name: string;
  /** undefined: nothing is there. */
  read(): Uint8Array | undefined;
  /** Throws OutputError: what was there is there still. */
  write(bytes: Uint8Array): void;
}

function replace(path: string, bytes: Uint8Array): void {
  const next = `${path}.next`;
  try {
    const file = openSync(next, 'w');
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(next, path);
  } finally {
    rmSync(next, { force: true });
  }
}

export function stateFile(path: string): StatePlace {
  return {
    name: path,
    read: () => (existsSync(path) ? readFileSync(path) : undefined),
    write: (bytes) => writingTo(path, () => replace(path, bytes)),
  };
}
