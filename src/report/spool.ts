/** Rows on their way: in a file a system, as they come while a run is played, until they are written in their formats. */
import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  readdirSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { OutputError, writingTo } from './output-error.ts';
import { type CallRecords, RECORD_COLUMNS, type RecordRows } from './records.ts';

/** Rows that came together. */
interface Piece {
  readonly rows: number;
  readonly checksum: number;
}

/** What has come of a system. */
export interface SpoolMark {
  readonly name: string;
  readonly pieces: readonly Piece[];
}

interface Part {
  readonly name: string;
  readonly file: number;
  readonly pieces: Piece[];
  bytes: number;
}

const FILE = /^records-\d+$/;

function bytesOf({ buffer, byteOffset, byteLength }: Float64Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function checksumOf(rows: RecordRows): number {
  return RECORD_COLUMNS.reduce((sum, name) => crc32(bytesOf(rows[name]), sum), 0);
}

export class RecordSpool implements CallRecords {
  readonly #folder: string;
  readonly #parts = new Map<string, Part>();
  /** Files of the state that was there before: they go when another one is in its place. */
  readonly #earlier = new Set<string>();
  /** Names of files that were taken from another folder, by those that they had there. No name is both. */
  readonly #taken = new Map<string, string>();

  /** In a folder that is there, and is cleared by whoever made it. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * In a folder that stays when the process dies, made if it is not there. `from`: the folder of which it has the files, which may be
   * the same one; without it those that are there are an earlier state's.
   */
  static kept(folder: string, from: string | undefined): RecordSpool {
    return writingTo(folder, () => {
      mkdirSync(folder, { recursive: true });
      const spool = new RecordSpool(folder);
      if (from === folder) return spool;
      for (const name of spoolFilesIn(folder)) spool.#earlier.add(name);
      if (from !== undefined && existsSync(from)) spool.#takeFrom(from);
      return spool;
    });
  }

  add(system: string, rows: RecordRows): void {
    writingTo(this.#folder, () => {
      const part = this.#part(system);
      for (const name of RECORD_COLUMNS) part.bytes += writeWhole(part, rows[name]);
      part.pieces.push({ rows: rows.atMs.length, checksum: checksumOf(rows) });
    });
  }

  /** As if nothing had come: all is played again. */
  restart(): void {
    this.goOn(new Map());
  }

  /** What has come of a system; undefined: nothing. */
  markOf(system: string): SpoolMark | undefined {
    const part = this.#parts.get(system);
    return part && { name: part.name, pieces: [...part.pieces] };
  }

  /** As if nothing had come but what the marks of systems say. Throws OutputError where that is not there. */
  goOn(marks: ReadonlyMap<string, SpoolMark>): void {
    this.close();
    writingTo(this.#folder, () => {
      const kept = new Set([...marks.values()].map(({ name }) => this.#taken.get(name) ?? name));
      for (const name of spoolFilesIn(this.#folder)) {
        if (!kept.has(name) && !this.#earlier.has(name)) rmSync(join(this.#folder, name));
      }
      for (const [system, mark] of marks) this.#parts.set(system, this.#resumed(mark));
      for (const [system, part] of this.#parts) {
        this.#expectWhole(system, part);
        ftruncateSync(part.file, part.bytes);
      }
    });
  }

  /** Another state is in the place of the one that was there before. */
  forgetEarlier(): void {
    writingTo(this.#folder, () => {
      for (const name of this.#earlier) rmSync(join(this.#folder, name), { force: true });
    });
    this.#earlier.clear();
  }

  /** What has come is on the disk. */
  sync(): void {
    writingTo(this.#folder, () => {
      for (const { file } of this.#parts.values()) fsyncSync(file);
    });
  }

  *rowsOf(system: string): Generator<RecordRows> {
    const part = this.#parts.get(system);
    if (part === undefined) return;
    let position = 0;
    for (const { rows } of part.pieces) {
      const columns = RECORD_COLUMNS.map((name) => {
        const column = new Float64Array(rows);
        position += readSync(part.file, column, 0, column.byteLength, position);
        return [name, column];
      });
      yield Object.fromEntries(columns) as RecordRows;
    }
  }

  close(): void {
    for (const { file } of this.#parts.values()) closeSync(file);
    this.#parts.clear();
  }

  #part(system: string): Part {
    const known = this.#parts.get(system);
    if (known !== undefined) return known;
    const name = this.#newName();
    const made: Part = {
      name,
      file: openSync(join(this.#folder, name), 'wx+'),
      pieces: [],
      bytes: 0,
    };
    this.#parts.set(system, made);
    return made;
  }

  #newName(others: readonly string[] = []): string {
    for (let number = 0; ; number += 1) {
      const name = `records-${number}`;
      if (!others.includes(name) && !existsSync(join(this.#folder, name))) return name;
    }
  }

  #takeFrom(folder: string): void {
    const names = spoolFilesIn(folder);
    for (const name of names) {
      const own = this.#newName(names);
      copyFileSync(join(folder, name), join(this.#folder, own));
      this.#taken.set(name, own);
    }
  }

  #resumed({ name: known, pieces }: SpoolMark): Part {
    const name = this.#taken.get(known) ?? known;
    const path = join(this.#folder, name);
    if (!FILE.test(known) || !existsSync(path)) throw damaged(path);
    const rows = pieces.reduce((sum, piece) => sum + piece.rows, 0);
    const bytes = rows * RECORD_COLUMNS.length * Float64Array.BYTES_PER_ELEMENT;
    return { name, file: openSync(path, 'r+'), pieces: [...pieces], bytes };
  }

  #expectWhole(system: string, { name, pieces }: Part): void {
    let at = 0;
    for (const rows of this.rowsOf(system)) {
      if (checksumOf(rows) !== pieces[at]?.checksum) throw damaged(join(this.#folder, name));
      at += 1;
    }
  }
}

function spoolFilesIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => FILE.test(name));
}

function damaged(path: string): OutputError {
  return new OutputError(path, 'expected the rows that belong to the checkpoint, found others');
}

/** At the end of what is there; how many bytes. */
function writeWhole({ file, bytes: at }: Part, column: Float64Array): number {
  const bytes = bytesOf(column);
  for (let from = 0; from < bytes.length;) {
    from += writeSync(file, bytes, from, bytes.length - from, at + from);
  }
  return bytes.length;
}
