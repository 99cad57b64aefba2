/** One file that is written again and again while the work is done: the old one stays until the new one is whole. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { OutputError, writingTo } from './output-error.ts';

/** Its name is the file's own: what a dead process left is replaced by the next one. */
function nextOf(path: string): string {
  return `${path}.next`;
}

function writeNext(path: string, content: string | Uint8Array): void {
  const file = openSync(nextOf(path), 'w');
  try {
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Replaces a file as a whole. Throws OutputError; the old file is there then, and nothing beside it. */
export function replaceFile(path: string, content: string | Uint8Array): void {
  writingTo(path, () => {
    try {
      writeNext(path, content);
      renameSync(nextOf(path), path);
    } catch (error) {
      rmSync(nextOf(path), { force: true });
      throw error;
    }
  });
}

/** Looks before the work whether a file of a size can be put there. Throws OutputError. */
export function expectRoom(path: string, usualBytes: number): void {
  writingTo(path, () => {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isDirectory() === true) {
      throw new OutputError(path, 'a folder is in the way of the file');
    }
    if (found?.isFile() === false) {
      throw new OutputError(path, 'something that is not a file is in the way');
    }
    if (!existsSync(dirname(path))) throw new OutputError(path, 'there is no such folder');
    const bytes = Math.max(usualBytes, found?.size ?? 0);
    try {
      writeNext(path, new Uint8Array(bytes).fill(1));
    } finally {
      rmSync(nextOf(path), { force: true });
    }
  });
}
