// Reads the files of a recording. Whatever the system or zlib says of one becomes a RecordingError.

import { createReadStream, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { createGunzip } from 'node:zlib';
import { utf8Of, whyUnread } from '../../check/index.ts';
import { MIB } from '../../core/index.ts';
import { RecordingError } from '../error.ts';

/** A device's or host's log is read whole: more than any recording has, and less than a string can be. */
const LOG_BYTES_MOST = 256 * MIB;

function fault(file: string, error: unknown): RecordingError {
  if (error instanceof RecordingError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOTDIR') {
    return new RecordingError(path.dirname(file), 0, 'the folder of a recording', 'a file');
  }
  const found = code.startsWith('Z_') ? (error as Error).message : whyUnread(error);
  return new RecordingError(file, 0, 'a readable file', found);
}

/** Whether something of that name is there; it must be a regular file then: opening a FIFO would wait for ever. */
function isFile(file: string): boolean {
  try {
    const stats = statSync(file, { throwIfNoEntry: false });
    if (stats === undefined) return false;
    if (stats.isFile()) return true;
    const found = stats.isDirectory() ? 'a folder' : 'something that is not a file';
    throw new RecordingError(file, 0, 'a file of a recording', found);
  } catch (error) {
    throw fault(file, error);
  }
}

const NEWLINE = 10;

/** Newlines in some bytes. */
function newlines(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count += 1;
  return count;
}

/** Bytes of a file as the text that they should be. */
export function textOf(file: string, bytes: Uint8Array): string {
  const text = utf8Of(bytes);
  if (text !== undefined) return text;
  let line = 1;
  let from = 0;
  for (;;) {
    const to = bytes.indexOf(NEWLINE, from);
    if (to < 0 || utf8Of(bytes.subarray(from, to)) === undefined) break;
    line += 1;
    from = to + 1;
  }
  throw new RecordingError(file, line, 'UTF-8 text', 'other bytes');
}

/** What is wrong with a file of which so many lines were read: no line, if there was none. */
export function afterLines(error: unknown, lines: number): unknown {
  if (!(error instanceof RecordingError) || error.line > 0 || lines === 0) return error;
  const { file, expected, found } = error;
  return new RecordingError(file, lines + 1, expected, found, { cause: error });
}

/** The text of a file; undefined when there is none of that name. */
export function readOptional(folder: string, name: string): string | undefined {
  const file = path.join(folder, name);
  if (!isFile(file)) return undefined;
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw fault(file, error);
  }
  return textOf(file, bytes);
}

export function readText(folder: string, name: string): string {
  const text = readOptional(folder, name);
  if (text !== undefined) return text;
  throw new RecordingError(path.join(folder, name), 0, 'a file of a recording', 'nothing');
}

/** Where a file lies, packed or not; undefined when neither is there. */
function packedOrNot(folder: string, name: string): string | undefined {
  const plain = path.join(folder, name);
  return [plain, `${plain}.gz`].find(isFile);
}

/** The trace of a recording, packed or not. */
export function traceFile(folder: string, name: string): string {
  const found = packedOrNot(folder, name);
  if (found !== undefined) return found;
  const other = ['.xz', '.zst', '.bz2'].find((ending) =>
    isFile(path.join(folder, `${name}${ending}`)),
  );
  const says = other === undefined ? 'neither' : `${name}${other}, which is not read: unpack it`;
  throw new RecordingError(path.join(folder, name), 0, `${name} or ${name}.gz`, says);
}

/** Hears how many bytes of a file, as it lies there, are read of how many. */
export type Reading = (done: number, total: number) => void;

/** The bytes of a file, unpacked if its name ends in .gz. */
export async function* readBytes(file: string, onRead?: Reading): AsyncGenerator<Uint8Array> {
  try {
    const bytes = statSync(file).size;
    const raw = createReadStream(file, { highWaterMark: MIB });
    const stream = file.endsWith('.gz') ? raw.pipe(createGunzip({ chunkSize: MIB })) : raw;
    raw.on('error', (error) => stream.destroy(error));
    for await (const chunk of stream) {
      yield chunk as Uint8Array;
      onRead?.(raw.bytesRead, bytes);
    }
  } catch (error) {
    throw fault(file, error);
  }
}

/** A log of a recording: where it lies, and its lines, of which the last is whole. */
export interface LogText {
  readonly file: string;
  readonly lines: readonly string[];
}

/** No lines when a recording has no such log. */
export async function readLog(folder: string, name: string): Promise<LogText> {
  const file = packedOrNot(folder, name);
  if (file === undefined) return { file: path.join(folder, name), lines: [] };
  const chunks: Uint8Array[] = [];
  let size = 0;
  let ended = 0;
  try {
    for await (const chunk of readBytes(file)) {
      size += chunk.length;
      if (size > LOG_BYTES_MOST) {
        throw new RecordingError(file, 0, `a log of at most ${LOG_BYTES_MOST} bytes`, 'more');
      }
      ended += newlines(chunk);
      chunks.push(chunk);
    }
  } catch (error) {
    throw afterLines(error, ended);
  }
  const lines = Buffer.concat(chunks).toString('utf8').split('\n');
  const cut = lines.pop() ?? '';
  if (cut !== '') throw new RecordingError(file, lines.length + 1, 'a whole line', 'a cut line');
  return { file, lines };
}
