/** Rows on their way: in a file a system, as they come while a run is played, until they are written in their formats. */
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { writingTo } from './output-error.ts';
import { type CallRecords, RECORD_COLUMNS, type RecordRows } from './records.ts';

interface Part {
  readonly path: string;
  readonly file: number;
  /** Rows of each piece. */
  readonly pieces: number[];
}

export class RecordSpool implements CallRecords {
  readonly #folder: string;
  readonly #parts = new Map<string, Part>();

  /** In a folder that is there, and is cleared by whoever made it. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  add(system: string, rows: RecordRows): void {
    writingTo(this.#folder, () => {
      const { file, pieces } = this.#part(system);
      for (const name of RECORD_COLUMNS) writeWhole(file, rows[name]);
      pieces.push(rows.atMs.length);
    });
  }

  /** As if nothing had come: all is played again. */
  restart(): void {
    this.close();
    for (const { path } of this.#parts.values()) rmSync(path, { force: true });
    this.#parts.clear();
  }

  *rowsOf(system: string): Generator<RecordRows> {
    const part = this.#parts.get(system);
    if (part === undefined) return;
    let position = 0;
    for (const length of part.pieces) {
      const columns = RECORD_COLUMNS.map((name) => {
        const column = new Float64Array(length);
        position += readSync(part.file, column, 0, column.byteLength, position);
        return [name, column];
      });
      yield Object.fromEntries(columns) as RecordRows;
    }
  }

  close(): void {
    for (const { file } of this.#parts.values()) closeSync(file);
  }

  #part(system: string): Part {
    const known = this.#parts.get(system);
    if (known !== undefined) return known;
    const path = join(this.#folder, `records-${this.#parts.size}`);
    const made: Part = { path, file: openSync(path, 'wx+'), pieces: [] };
    this.#parts.set(system, made);
    return made;
  }
}

function writeWhole(file: number, column: Float64Array): void {
  const bytes = new Uint8Array(column.buffer, column.byteOffset, column.byteLength);
  for (let from = 0; from < bytes.length;) from += writeSync(file, bytes, from);
}
