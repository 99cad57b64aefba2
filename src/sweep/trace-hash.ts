// What stands in a trace's files, as one hash: a job's trace must be the same wherever it is played.

import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { TraceError } from '../trace/index.ts';

/** The file, or the regular files of the folder, as readers of traces see them. */
function filesOf(path: string): string[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) {
    const expected = 'a readable file or folder';
    throw new TraceError({ file: path, expected, found: 'nothing of that name' });
  }
  if (!stats.isDirectory()) return [path];
  return readdirSync(path)
    .filter((name) => !name.startsWith('.'))
    .map((name) => join(path, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() ?? false)
    .toSorted();
}

/** What changes when somebody writes the files, or puts others in their place. Throws TraceError. */
export function stampOfTrace(path: string): string {
  return filesOf(path)
    .map((file) => {
      const { ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
      return [basename(file), ino, size, mtimeNs, ctimeNs].join();
    })
    .join('\n');
}

/** 16 hexadecimal digits of the SHA-256 of names and contents; `onHashed` hears how many bytes are in it. Throws TraceError. */
export async function hashOfTrace(
  path: string,
  onHashed?: (done: number, total: number) => void,
): Promise<string> {
  const whole = createHash('sha256');
  const files = filesOf(path);
  const total = files.reduce((sum, file) => sum + statSync(file).size, 0);
  let done = 0;
  for (const file of files) {
    const hash = createHash('sha256');
    for await (const piece of createReadStream(file)) {
      hash.update(piece as Uint8Array);
      onHashed?.((done += (piece as Uint8Array).length), total);
    }
    whole.update(`${basename(file)}\0${hash.digest('hex')}\n`);
  }
  return whole.digest('hex').slice(0, 16);
}
