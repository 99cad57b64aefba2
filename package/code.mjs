// The package's code: what tsc has written, bundled (docs/decisions/0065-the-package.md). A chunk is what is reached from the same faces:
// an import opens few files, and whoever bundles the library leaves out what he does not use.

import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { rolldown } from 'rolldown';
import { parseAst } from 'rolldown/parseAst';
import { Faces } from './faces.mjs';
import { privateNames, withShortNames } from './private-names.mjs';
import { withPureValues, withoutPure } from './pure.mjs';

const FACES = ['index', 'node', 'report/index', 'abi/index'];
const LIBRARY = FACES.filter((name) => name !== 'node');
/** Loaded by their names, for what they do. */
const PROGRAMS = ['cli/main', 'replay/worker', 'sweep/engines/thread'];
const ENTRIES = [...FACES, ...PROGRAMS];
/** Loaded by a face when it is wanted, where there are no files too. */
const PAGE = path.join('report', 'page.js');
/** Libraries of which few things are used, taken along: whole, they would be half of an install. */
const BUNDLED = /^(?:zod|csv-parse)(?:\/|$)|^#csv-parse$/;
const CSV = path.join('node_modules', 'csv-parse');
const CSV_BUFFER = path.join(import.meta.dirname, 'buffer.mjs');
/** Of ours, the one that uses both. */
const CSV_READER = path.join('trace', 'csv-parse.js');
/** An error that nobody catches shows its line. */
const LINE_SIGNS = 400;

function isOfCsv(file) {
  return file.includes(CSV) || file === CSV_BUFFER;
}

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

  /** In what runs without files, and is bundled by others. */
  isInLibrary(file) {
    const from = this.#reachedFrom.get(file);
    return LIBRARY.some((name) => from?.has(name));
  }

  /** As `sideEffects` in package.json has it. */
  doesSomething(file) {
    return this.isProgram(file) || this.#roomOf(file) === 'cli';
  }

  #roomOf(file) {
    return path.relative(this.dist, file).split(path.sep)[0];
  }

  /** Needs nothing, and leads to what may be loaded later: bundlers take that along with all that is in the same file. */
  #isDoor(file) {
    const code = this.#codes.get(file);
    return this.#links(file, IMPORTED).length === 0 && /\bimport\(|\bimport\.meta\b/.test(code);
  }

  /**
   * Few chunks: with some seventy links between files V8 begins to optimize Node's loader, which is 3.5 MiB of an import. Those of a
   * chunk are reached from the same face; what a face shares with the page or with files of results is apart, as these are loaded
   * without the rest. What commands load makes no difference to what the library shares. Null: reached from one place alone, in its file.
   */
  chunkOf(file) {
    const own = isOfCsv(file) ? path.join(this.dist, CSV_READER) : file;
    const from = this.#reachedFrom.get(own) ?? new Set();
    if (ENTRIES.includes(this.#roots.get(file)) || from.size < 2) return null;
    if (this.#isDoor(own)) return path.basename(file);
    const faces = [...FACES, PAGE].filter((name) => from.has(name));
    if (faces.length === 0) return this.#roots.has(file) ? null : [...from].join();
    if (from.has('report/index') || from.has(PAGE)) return faces[0];
    const room = this.#roomOf(own);
    return [faces[0], LAYERS.findIndex((rooms) => rooms.includes(room))].join();
  }

  get privateNames() {
    return privateNames(this.#codes.values());
  }
}

const IMPORTED = /^(?:import|export)\b[^;'"]*"(\.[^"]+)";$/gm;
const WAITED = /\bimport\(["'](\.[^"']+)["']\)/g;
/** Bundlers that look at files, not at what is in them, take a layer along with those before it. */
const LAYERS = [
  ['abi', 'check', 'graph', 'core'],
  ['time', 'map', 'guest', 'virtio', 'v86', 'vmm', 'cost'],
];
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
  const names = tree.privateNames;
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
        resolveId(name, importer) {
          return name === '#csv-parse' ? this.resolve('csv-parse/sync', importer) : undefined;
        },
        transform: async (code, file) => {
          if (file.includes(CSV))
            return `import { Buffer } from ${JSON.stringify(CSV_BUFFER)};${withPureValues(code)}`;
          if (tree.codeOf(file) === undefined) return undefined;
          return withPureValues(await withShortNames(code, names));
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
  return output.map(({ fileName, code, moduleIds }) => {
    const text = withoutBareImports(code);
    const ours = moduleIds.filter((file) => tree.codeOf(file) !== undefined);
    const isBundled = ours.length === 0 || ours.some((file) => tree.isInLibrary(file));
    return [fileName, inLines(isBundled ? withPureValues(text) : withoutPure(text))];
  });
}
