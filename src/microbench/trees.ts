// Trees that are timed beside each other: commits of a checkout, each built in a worktree of its own that goes when it is over, or
// folders that are built already.

import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isCrowded } from '../check/index.ts';
import { type BenchRecord, parseBenchRecord } from './records.ts';

/** A side that is none, a commit that cannot be built, or a tree whose bench fails. */
export class BenchTreeError extends Error {
  override readonly name: string = 'BenchTreeError';
}

/** Who hears what is begun for trees: it ends with the call, and has to be ended if the call is. */
export interface TreeHooks {
  /** Hears of each process group (below 0) and worktree of git. */
  readonly begun?:
    | ((
        left: { readonly pid: number } | { readonly worktree: string; readonly checkout: string },
      ) => void)
    | undefined;
  /** Hears of each step that takes its time. */
  readonly step?: ((what: string) => void) | undefined;
}

/** A side of a comparison: where it is, or what it is made of. */
export type Side =
  | { readonly kind: 'folder'; readonly name: string; readonly folder: string }
  | {
      readonly kind: 'commit';
      readonly name: string;
      readonly hash: string;
      /** The checkout's top folder. */
      readonly checkout: string;
    };

/** A built tree. */
export interface Tree {
  readonly name: string;
  readonly folder: string;
}

interface Ended {
  readonly code: number | null;
  readonly out: string;
  /** The last line of what it complained of, or else said. */
  readonly last: string;
}

const COMMAND = join('dist', 'cli', 'main.js');
const LOCK = 'package-lock.json';
const MODULES = 'node_modules';
/** What makes the program and its core, the first of each that a commit has: older ones have fewer. */
const BUILDS: readonly (readonly string[])[] = [
  ['build:release', 'build:core'],
  ['build:dist', 'build'],
];

function lastLine(text: string): string | undefined {
  return text.trim().split('\n').at(-1)?.trim() || undefined;
}

async function textOf(stream: ChildProcessWithoutNullStreams['stdout']): Promise<string> {
  let text = '';
  stream.setEncoding('utf8').on('data', (part: string) => (text += part));
  await once(stream, 'close');
  return text;
}

/** Runs a program to its end. It leads a group of its own, with which what it has started can be ended. */
async function ran(
  program: string,
  args: readonly string[],
  cwd: string,
  { begun }: TreeHooks,
): Promise<Ended> {
  const child = spawn(program, args, { cwd, detached: true });
  if (child.pid !== undefined) begun?.({ pid: -child.pid });
  child.stdin.end();
  const said = Promise.all([textOf(child.stdout), textOf(child.stderr)]);
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    const [out, err] = await said;
    return { code, out, last: lastLine(err) ?? lastLine(out) ?? 'it said nothing' };
  } catch (error) {
    if (isCrowded(error)) throw error;
    throw new BenchTreeError(`${program} is needed to compare commits, and is not there`);
  }
}

async function git(
  args: readonly string[],
  cwd: string,
  hooks: TreeHooks,
): Promise<string | undefined> {
  const { code, out } = await ran('git', args, cwd, hooks);
  return code === 0 ? out.trim() : undefined;
}

/** What a word stands for: a folder that is built, or a commit, branch or tag of the checkout in which this is called. Throws BenchTreeError. */
export async function sideOf(word: string, cwd: string, hooks: TreeHooks = {}): Promise<Side> {
  const folder = resolve(cwd, word);
  if (existsSync(join(folder, COMMAND))) return { kind: 'folder', name: word, folder };
  const isFolder = statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true;
  const built = isFolder ? ` (and the folder has no ${COMMAND})` : '';
  const expected = 'a record, a folder with a built guestmem, or a commit, branch or tag';
  const checkout = await git(['rev-parse', '--show-toplevel'], cwd, hooks);
  if (checkout === undefined) {
    throw new BenchTreeError(
      `${word}: expected ${expected}; ${cwd} is in no checkout of git${built}`,
    );
  }
  const commit = `${word}^{commit}`;
  const asked = ['rev-parse', '--verify', '--quiet', '--end-of-options', commit];
  const hash = await git(asked, cwd, hooks);
  if (hash === undefined) {
    throw new BenchTreeError(`${word}: expected ${expected} of ${checkout}, found none${built}`);
  }
  const manifest = await git(['show', `${hash}:package.json`], cwd, hooks);
  if (nameIn(manifest) === 'guestmem') return { kind: 'commit', name: word, hash, checkout };
  throw new BenchTreeError(`${word}: expected a commit of guestmem, found one of another program`);
}

function nameIn(manifest: string | undefined): unknown {
  try {
    return (JSON.parse(manifest ?? '{}') as { name?: unknown }).name;
  } catch {
    return undefined;
  }
}

function bytesOf(file: string): Buffer | undefined {
  return existsSync(file) ? readFileSync(file) : undefined;
}

/** The modules that a commit needs: the checkout's, if both ask for the same. */
async function layModules(
  folder: string,
  { name, checkout }: CommitSide,
  hooks: TreeHooks,
): Promise<void> {
  const [own, theirs] = [join(folder, LOCK), join(checkout, LOCK)].map(bytesOf);
  const modules = join(checkout, MODULES);
  const isSame = own === undefined ? theirs === undefined : theirs?.equals(own) === true;
  if (isSame && existsSync(modules)) {
    symlinkSync(modules, join(folder, MODULES), 'junction');
    return;
  }
  await step(name, ['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund'], folder, hooks);
}

type CommitSide = Extract<Side, { kind: 'commit' }>;

/** A step of a build. Throws BenchTreeError with its last word. */
async function step(
  name: string,
  command: readonly [string, ...(readonly string[])],
  cwd: string,
  hooks: TreeHooks,
): Promise<void> {
  const words = command.join(' ');
  const [program, ...args] = command;
  hooks.step?.(`${name}: ${words}`);
  const { code, last } = await ran(program, args, cwd, hooks);
  if (code !== 0) throw new BenchTreeError(`${name}: ${words} failed: ${last}`);
}

async function build(folder: string, { name }: CommitSide, hooks: TreeHooks): Promise<void> {
  const manifest = readFileSync(join(folder, 'package.json'), 'utf8');
  const { scripts = {} } = JSON.parse(manifest) as { scripts?: Record<string, string> };
  for (const names of BUILDS) {
    const script = names.find((one) => Object.hasOwn(scripts, one));
    if (script === undefined) {
      throw new BenchTreeError(`${name}: expected a script ${names.join(' or ')}, found none`);
    }
    await step(name, ['npm', 'run', '--silent', script], folder, hooks);
  }
  if (existsSync(join(folder, COMMAND))) return;
  throw new BenchTreeError(`${name}: expected ${COMMAND} after its build, found none`);
}

/** The commit, checked out and built in a folder that is not there yet: no worktree is left of one that fails. */
async function builtIn(folder: string, side: CommitSide, hooks: TreeHooks): Promise<Tree> {
  const { name, hash, checkout } = side;
  hooks.begun?.({ worktree: folder, checkout });
  try {
    const command = ['git', 'worktree', 'add', '--detach', folder, hash] as const;
    await step(name, command, checkout, hooks);
    await layModules(folder, side, hooks);
    await build(folder, side, hooks);
    return { name, folder };
  } catch (error) {
    removeWorktree(folder, checkout);
    throw error;
  }
}

/** Takes a worktree from its checkout, also one that git has only begun to make; whatever is wrong with it, its folder goes. */
export function removeWorktree(folder: string, checkout: string): void {
  spawnSync('git', ['worktree', 'remove', '--force', '--force', folder], { cwd: checkout });
  rmSync(folder, { recursive: true, force: true });
}

/**
 * Hands the trees of two sides to `work`; what was made for them in `scratch`, an empty folder, is gone when it ends. Throws
 * BenchTreeError.
 */
export async function withTrees<Value>(
  scratch: string,
  sides: readonly [Side, Side],
  work: (trees: readonly [Tree, Tree]) => Promise<Value>,
  hooks: TreeHooks = {},
): Promise<Value> {
  const made = new Map<string, Tree>();
  const treeOf = async (side: Side): Promise<Tree> => {
    if (side.kind === 'folder') return side;
    const known = made.get(side.hash);
    if (known !== undefined) return { ...known, name: side.name };
    const tree = await builtIn(join(scratch, `${made.size}`), side, hooks);
    made.set(side.hash, tree);
    return tree;
  };
  try {
    return await work([await treeOf(sides[0]), await treeOf(sides[1])]);
  } finally {
    for (const side of sides) {
      const tree = side.kind === 'commit' ? made.get(side.hash) : undefined;
      if (side.kind === 'commit' && tree !== undefined) removeWorktree(tree.folder, side.checkout);
    }
  }
}

/** What a tree's own bench says of one run. Throws BenchTreeError, BenchRecordError. */
export async function runIn(
  { name, folder }: Tree,
  flags: readonly string[],
  cwd: string,
  hooks: TreeHooks = {},
): Promise<BenchRecord> {
  const words = [join(folder, COMMAND), 'bench', '--json', '--runs', '1', ...flags];
  const { code, out, last } = await ran(process.execPath, words, cwd, hooks);
  if (code !== 0) throw new BenchTreeError(`${name}: guestmem bench failed: ${last}`);
  return parseBenchRecord(out, name);
}
