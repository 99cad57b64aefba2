/**
 * Exchanges files of a folder for others in one moment, so that whoever looks, and whoever finds the folder after a kill at any
 * instant, sees all the old ones or all the new ones (docs/decisions/0043-results-appear-together.md):
 *   1. the new files lie in STAGE/new, the old ones get a second name in STAGE/old, STAGE/now is a link to `old`;
 *   2. each file is replaced by a link to its name in STAGE/now: nothing else is read than before;
 *   3. STAGE/now becomes a link to `new`, by one rename: the moment;
 *   4. each link is replaced by the file behind it.
 */
import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  renameSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { basename, join } from 'node:path';

const NEW = 'new';
const OLD = 'old';
const NOW = 'now';

/** What a system without links, or without the right to make them, says. */
const NO_LINKS: readonly string[] = ['ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EPERM', 'EINVAL'];

/** Where new files of a stage are written to. */
export function newFolder(stage: string): string {
  return join(stage, NEW);
}

/** Makes names in a folder last; where folders cannot be flushed they are not. */
function flush(folder: string): void {
  try {
    const handle = openSync(folder, 'r');
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  } catch {
    // the files themselves are flushed
  }
}

/** Gives an old file its second name. A copy where there are no hard links, and of what a link of the user's leads to. */
function keep(file: string, as: string): void {
  if (lstatSync(file).isSymbolicLink()) {
    if (existsSync(file)) copyFileSync(file, as);
    return;
  }
  try {
    linkSync(file, as);
  } catch {
    copyFileSync(file, as);
  }
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Puts a link at a name, in one step. */
function putLink(stage: string, target: string, at: string): void {
  const made = join(stage, 'link');
  symlinkSync(target, made);
  renameSync(made, at);
}

/**
 * Replaces each link into a stage by the file behind it; a name with no file there ends. Finishes what a killed process began, in
 * the direction it went: whether that is the new files.
 */
export function settle(folder: string, stage: string): boolean {
  if (!isThere(join(stage, NOW))) return false;
  const version = readlinkSync(join(stage, NOW));
  const prefix = join(basename(stage), NOW);
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (!lstatSync(path).isSymbolicLink() || readlinkSync(path) !== join(prefix, name)) continue;
    const file = join(stage, version, name);
    if (isThere(file)) renameSync(file, path);
    else unlinkSync(path);
  }
  flush(folder);
  return version === NEW;
}

/** Where there are no links: one after the other, which a kill can leave half done. */
function replaceEach(folder: string, stage: string, names: readonly string[]): void {
  for (const name of names) {
    const file = join(stage, NEW, name);
    if (isThere(file)) renameSync(file, join(folder, name));
    else unlinkSync(join(folder, name));
  }
  flush(folder);
}

/** Steps 1 and 2. */
function putLinks(folder: string, stage: string, names: readonly string[]): void {
  mkdirSync(join(stage, OLD));
  for (const name of names) {
    if (isThere(join(folder, name))) keep(join(folder, name), join(stage, OLD, name));
  }
  putLink(stage, OLD, join(stage, NOW));
  for (const name of names) {
    putLink(stage, join(basename(stage), NOW, name), join(folder, name));
  }
}

/**
 * Makes `names` of a folder what they are in STAGE/new: replaced, added, or gone when they are not there. An error leaves the old
 * files, or the new ones behind links that `settle` ends.
 */
export function exchange(folder: string, stage: string, names: readonly string[]): void {
  flush(newFolder(stage));
  try {
    putLinks(folder, stage, names);
  } catch (error) {
    settle(folder, stage);
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!NO_LINKS.includes(code)) throw error;
    replaceEach(folder, stage, names);
    return;
  }
  flush(folder);
  putLink(stage, NEW, join(stage, NOW));
  settle(folder, stage);
}
