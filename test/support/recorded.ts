// Copies of a shipped recording with a file changed, in folders that go when the tests of a file end.

import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type Capture, openCapture } from '../../src/recording/read/index.ts';
import { RecordingError } from '../../src/recording/error.ts';
import { emptyFolder } from './folder.ts';

const RECORDINGS = resolve(import.meta.dirname, '../recordings');

/** A copy of a recording that can be changed. */
export function copyOf(name = 'linux-6.12-smoke-768'): string {
  const folder = emptyFolder();
  cpSync(join(RECORDINGS, name), folder, { recursive: true });
  return folder;
}

/** Rewrites a file's lines; a packed one is unpacked first. */
export function rewrite(
  folder: string,
  name: string,
  change: (lines: string[]) => readonly string[],
): void {
  const plain = join(folder, name);
  const packed = `${plain}.gz`;
  const isPacked = existsSync(packed);
  const bytes = isPacked ? gunzipSync(readFileSync(packed)) : readFileSync(plain);
  if (isPacked) rmSync(packed);
  const lines = bytes.toString('utf8').split('\n');
  writeFileSync(plain, change(lines).join('\n'));
}

/** The nth line (from 1) with a text in it, changed. */
export function withNth(
  lines: readonly string[],
  text: string,
  nth: number,
  change: (line: string) => string | undefined,
): string[] {
  let seen = 0;
  return lines.flatMap((line) => {
    if (!line.includes(text)) return [line];
    seen += 1;
    const changed = seen === nth ? change(line) : line;
    return changed === undefined ? [] : [changed];
  });
}

/** What opening a folder is refused with. */
export async function refusal(
  folder: string,
  use: (capture: Capture) => unknown = () => {},
): Promise<RecordingError> {
  try {
    use(await openCapture(folder));
  } catch (error) {
    if (error instanceof RecordingError) return error;
    throw error;
  }
  throw new Error('was accepted');
}
