/** The folder that a run is written into: looked at before the work, filled in one moment at its end. */
import {
  type Stats,
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { KIB } from '../abi/unit.ts';
import { exchange, newFolder, settle } from './exchange.ts';
import type { OutputFile, OwnFile } from './format.ts';
import { clearLeftovers, firstMissing, removeMade, stageGone, stageIn } from './leftovers.ts';
import { OutputError, writingTo } from './output-error.ts';

export interface OutputOptions {
  /** Files that runs are written to: those of an earlier run go when this one is written. */
  readonly earlier?: readonly OwnFile[] | undefined;
  /** Replace files of our names that are not ours. */
  readonly isForced?: boolean | undefined;
  /** Hears that the folder is begun, and which is the first that has to be made, before anything is. */
  readonly began?: ((made: string | undefined) => void) | undefined;
  /** Hears that the files are where they belong, before anything is cleared. */
  readonly shown?: (() => void) | undefined;
}

/** What is read at each end of a file to know it. */
const EDGE_BYTES = 4 * KIB;

function writeWhole(path: string, content: OutputFile['content']): void {
  const file = openSync(path, 'wx');
  try {
    const isWhole = typeof content === 'string' || content instanceof Uint8Array;
    for (const piece of isWhole ? [content] : content) writeFileSync(file, piece);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** The first and the last bytes of a file, as text. */
function edgesOf(path: string, size: number): string {
  const file = openSync(path, 'r');
  try {
    const bytes = new Uint8Array(2 * EDGE_BYTES);
    const head = readSync(file, bytes, 0, EDGE_BYTES, 0);
    const tail = readSync(file, bytes, head, EDGE_BYTES, Math.max(head, size - EDGE_BYTES));
    return Buffer.from(bytes.subarray(0, head + tail)).toString('latin1');
  } finally {
    closeSync(file);
  }
}

/** What a name leads to; undefined: nothing. */
function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

/** Makes a folder and those above it that are missing. `recursive` of mkdirSync never returns where a parent takes no names, as /proc. */
function makeFolder(folder: string): void {
  if (statOf(folder)?.isDirectory() === true) return;
  const parent = dirname(folder);
  if (statOf(parent) === undefined) makeFolder(parent);
  mkdirSync(folder);
}

/** A folder that is kept between runs, made if it is not there. Throws OutputError where none can be. */
export function keptFolder(folder: string): string {
  writingTo(folder, () => {
    makeFolder(resolve(folder));
    accessSync(folder, constants.W_OK);
  });
  return folder;
}

/** Whether a file is there, and of an earlier run. */
function isOurs(folder: string, { name, mark, beside }: OwnFile): boolean {
  const path = join(folder, name);
  const found = statOf(path);
  if (found?.isFile() !== true || !mark.test(edgesOf(path, found.size))) return false;
  return beside === undefined || isOurs(folder, beside);
}

/** Ends with OutputError when a name is taken by something else than a file of ours, or one in which nothing could be lost. */
function expectOurs(folder: string, own: OwnFile, isForced: boolean): void {
  const path = join(folder, own.name);
  const found = statOf(path);
  if (found === undefined) return;
  if (found.isDirectory()) throw new OutputError(path, 'a folder is in the way of the file');
  if (!found.isFile()) throw new OutputError(path, 'something that is not a file is in the way');
  if (isForced || found.size === 0 || isOurs(folder, own)) return;
  throw new OutputError(path, 'a file that guestmem did not write (--force replaces it)');
}

export class OutputFolder {
  readonly folder: string;
  readonly #stage: string;
  readonly #files: readonly OwnFile[];
  readonly #earlier: readonly OwnFile[];
  readonly #isForced: boolean;
  readonly #shown: (() => void) | undefined;
  /** The first folder that had to be made; undefined: it was there. */
  readonly #made: string | undefined;
  #isOpen = true;

  /**
   * Makes the folder if it is missing, clears what dead processes left in it, and takes room for the files to come. Throws
   * OutputError.
   */
  constructor(folder: string, files: readonly OwnFile[], options: OutputOptions = {}) {
    if (folder === '') throw new OutputError('""', 'no name of a folder');
    this.folder = folder;
    this.#files = files;
    this.#earlier = options.earlier ?? files;
    this.#isForced = options.isForced ?? false;
    this.#shown = options.shown;
    this.#made = writingTo(folder, () => firstMissing(resolve(folder)));
    options.began?.(this.#made);
    writingTo(folder, () => makeFolder(resolve(folder)));
    this.#stage = stageIn(resolve(folder));
    try {
      writingTo(folder, () =>
        clearLeftovers(
          resolve(folder),
          files.map(({ name }) => name),
        ),
      );
      this.#expectOurs();
      writingTo(folder, () => this.#takeRoom());
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Puts the files where they belong, all or none, and ends. Their paths. */
  write(files: readonly OutputFile[]): string[] {
    try {
      this.#expectOurs(); // what came while the work was done
      return writingTo(this.folder, () => this.#write(files));
    } finally {
      this.close();
    }
  }

  /** A folder for what comes while the work is done; it goes when this ends. */
  spoolFolder(): string {
    const folder = join(this.#stage, 'spool');
    writingTo(this.folder, () => mkdirSync(folder));
    return folder;
  }

  /** Ends without files, if none were written: the folder is as it was, or gone if it was not. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#clearStage();
    stageGone(this.#stage);
    if (this.#made !== undefined) removeMade(this.folder, this.#made);
  }

  /** While a link of the folder leads into the stage, it stays: a later run ends what could not be ended now. */
  #clearStage(): void {
    try {
      settle(resolve(this.folder), this.#stage);
      rmSync(this.#stage, { recursive: true, force: true });
    } catch {
      // what is read through the links is whole
    }
  }

  #expectOurs(): void {
    for (const own of this.#files) {
      const path = join(this.folder, own.name);
      writingTo(path, () => expectOurs(this.folder, own, this.#isForced));
    }
  }

  /** As much as such files mostly have, or had the last time. */
  #takeRoom(): void {
    mkdirSync(this.#stage);
    const bytes = this.#files.reduce((sum, { name, usualBytes }) => {
      return sum + Math.max(usualBytes, statOf(join(this.folder, name))?.size ?? 0);
    }, 0);
    writeWhole(join(this.#stage, 'room'), new Uint8Array(bytes).fill(1));
  }

  #write(files: readonly OutputFile[]): string[] {
    rmSync(join(this.#stage, 'room'), { force: true });
    mkdirSync(newFolder(this.#stage));
    for (const { name, content } of files) writeWhole(join(newFolder(this.#stage), name), content);
    const written = files.map(({ name }) => name);
    const gone = this.#earlier.filter((own) => {
      return !written.includes(own.name) && isOurs(this.folder, own);
    });
    exchange(resolve(this.folder), this.#stage, [...written, ...gone.map(({ name }) => name)]);
    this.#shown?.();
    return written.map((name) => join(this.folder, name));
  }
}
