// The package's code: what tsc has written, bundled (docs/decisions/0065-the-package.md). A chunk is what of a room is reached from the
// same entries: an import opens few files, and whoever bundles the library leaves out the rooms that he does not use.

import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { transform } from 'esbuild';
import { rolldown } from 'rolldown';
import { parseAst } from 'rolldown/parseAst';
import { Faces } from './faces.mjs';

const FACES = ['index', 'node', 'report/index', 'abi/index', 'trace/csv-parse'];
/** Loaded by their names, for what they do. */
const PROGRAMS = ['cli/main', 'replay/worker', 'sweep/engines/thread'];
const ENTRIES = [...FACES, ...PROGRAMS];
/** Loaded by a face when it is wanted, where there are no files too. */
const PAGE = path.join('report', 'page.js');
/** Libraries of which few things are used, taken along: whole, they would be half of an install. */
const BUNDLED = /^zod(?:\/|$)/;
/** An error that nobody catches shows its line. */
const LINE_SIGNS = 400;

/** Its files with all links past the rooms' faces, and what is reached from where. */
class Tree {
  #codes = new Map();
  #roots;
  /** By file, the entries that reach it without a wait. */
  #reachedFrom = new Map();

  constructor(dist) {
    this.dist = dist;
    const faces = new Faces();
    const names = readdirSync(dist, { recursive: true }).map((name) => path.join(dist, name));
    for (const file of names.filter((name) => name.endsWith('.js') && !name.includes(SITE))) {
      this.#codes.set(file, faces.pastFaces(file));
    }
    this.#roots = new Map(ENTRIES.map((name) => [this.fileOf(name), name]));
    const waited = [...this.#codes.keys()].flatMap((file) => this.#links(file, WAITED));
    for (const file of waited) {
      if (!this.#roots.has(file)) this.#roots.set(file, path.relative(dist, file));
    }
    for (const [file, name] of this.#roots) this.#reach(file, name);
  }

  get entries() {
    return Object.fromEntries(ENTRIES.map((name) => [name, this.fileOf(name)]));
  }

  fileOf(name) {
    return path.join(this.dist, `${name}.js`);
  }

  codeOf(file) {
    return this.#codes.get(file);
  }

  #links(file, pattern) {
    return [...(this.#codes.get(file) ?? '').matchAll(pattern)].map(([, to]) =>
      path.resolve(path.dirname(file), to),
    );
  }

  #reach(file, name) {
    const from = this.#reachedFrom.get(file) ?? new Set();
    if (from.has(name)) return;
    this.#reachedFrom.set(file, from.add(name));
    for (const next of this.#links(file, IMPORTED)) this.#reach(next, name);
  }

  isProgram(file) {
    return PROGRAMS.includes(this.#roots.get(file));
  }

  /** As `sideEffects` in package.json has it. */
  doesSomething(file) {
    return this.isProgram(file) || this.#roomOf(file) === 'cli';
  }

  #roomOf(file) {
    return path.relative(this.dist, file).split(path.sep)[0];
  }

  /**
   * Those of a chunk are reached together. What commands load makes no difference to what the library shares. Null: what is reached
   * from one place alone is in its file.
   */
  chunkOf(file) {
    const from = [...(this.#reachedFrom.get(file) ?? [])];
    if (this.#roots.has(file) || from.length < 2) return null;
    const entries = from.filter((name) => [...ENTRIES, PAGE].includes(name));
    const room = this.#roomOf(file);
    const name = OPEN_TO_ALL.includes(room) ? 'open to all' : room;
    return entries.length === 0 ? from.join() : [name, ...entries].join();
  }

  /** Private members begin with `_`: the more often one stands, the shorter its name. It keeps the `_`, and is no field of a subclass of somebody else's. */
  privateNames() {
    const counts = new Map();
    for (const code of this.#codes.values()) {
      for (const [word] of code.matchAll(/\b_[a-z]\w*/gi)) {
        counts.set(word, (counts.get(word) ?? 0) + 1);
      }
    }
    const words = [...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
    return Object.fromEntries(words.map(([word], at) => [word, `_${at.toString(36)}`]));
  }
}

const IMPORTED = /^(?:import|export)\b[^;'"]*"(\.[^"]+)";$/gm;
const WAITED = /\bimport\(["'](\.[^"']+)["']\)/g;
/** Rooms that all others may import, and that import no others: as one, they are fewer files. */
const OPEN_TO_ALL = ['abi', 'check', 'graph'];
/** Bundled already. */
const SITE = path.join('play', 'site');

/** Where a line may end: before each statement and member of a class. */
function* placesIn(node) {
  if (node === null || typeof node !== 'object') return;
  for (const [key, value] of Object.entries(node)) {
    if (key === 'body' && Array.isArray(value)) for (const { start } of value) yield start;
    if (Array.isArray(value)) for (const one of value) yield* placesIn(one);
    else yield* placesIn(value);
  }
}

function inLines(code) {
  let text = '';
  let from = 0;
  let last = 0;
  for (const place of [...new Set(placesIn(parseAst(code)))].toSorted((a, b) => a - b)) {
    if (place - from > LINE_SIGNS && last > from) {
      text += `${code.slice(from, last).trimEnd()}\n`;
      from = last;
    }
    last = place;
  }
  return text + code.slice(from);
}

/**
 * Without imports that take nothing: they stand for the order of side effects, of which our files have none, and each would load a file,
 * and its libraries, for nobody.
 */
function withoutBareImports(code) {
  const [head] = /^(?:import(?:[^"';]*from)?"[^"]*";)*/.exec(code);
  return head.replaceAll(/import"\.{1,2}\/[^"]*";/g, '') + code.slice(head.length);
}

/** Chunks that wait for each other would find what the other has not made yet. Throws for a circle. */
function expectNoCircle(output) {
  const byName = new Map(output.map((chunk) => [chunk.fileName, chunk]));
  const ended = new Set();
  const walk = (name, path) => {
    if (path.includes(name)) throw new Error(`chunks in a circle: ${[...path, name].join(' ')}`);
    if (ended.has(name)) return;
    for (const next of byName.get(name)?.imports ?? []) walk(next, [...path, name]);
    ended.add(name);
  };
  for (const name of byName.keys()) walk(name, []);
}

/** Every file of the package's code by name, with its text. */
export async function bundledCode(dist) {
  const tree = new Tree(dist);
  const mangleCache = tree.privateNames();
  const bundle = await rolldown({
    input: tree.entries,
    platform: 'neutral',
    external: (name) => !/^[./]/.test(name) && !BUNDLED.test(name),
    preserveEntrySignatures: 'allow-extension',
    treeshake: { moduleSideEffects: (file) => tree.doesSomething(file) },
    plugins: [
      {
        name: 'ours',
        load: (file) => tree.codeOf(file),
        transform: async (code, file) => {
          if (tree.codeOf(file) === undefined) return undefined;
          const options = { mangleProps: /^_[a-z]/i, mangleCache: { ...mangleCache } };
          return (await transform(code, { ...options, target: 'es2023' })).code;
        },
      },
    ],
  });
  const { output } = await bundle.generate({
    format: 'esm',
    entryFileNames: '[name].js',
    // one level deep, as the files of rooms are: what they find by its place, they find
    chunkFileNames: 'shared/[hash].js',
    minify: true,
    codeSplitting: {
      groups: [{ name: (file) => tree.chunkOf(file), debugName: 'reached together' }],
      includeDependenciesRecursively: false,
    },
  });
  expectNoCircle(output);
  return output.map(({ fileName, code }) => [fileName, inLines(withoutBareImports(code))]);
}
