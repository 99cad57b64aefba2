// Makes build/package, or `--to FOLDER`: what is published. What tsc has written to dist/ is bundled by room, without maps: a room is a file, so an
// import opens few of them, and whoever bundles the library leaves out the rooms that he does not use
// (docs/decisions/0065-the-package.md). `--in-place` puts the bundled files where tsc's were, as `npm pack` wants them.

import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'esbuild';
import { pruneDeclarations } from './declarations.mjs';

const root = path.resolve(import.meta.dirname, '..');
const dist = path.join(root, 'dist');
const { values } = parseArgs({
  options: { to: { type: 'string', default: 'build/package' }, 'in-place': { type: 'boolean' } },
});
const target = path.resolve(root, values.to);
const bundled = path.join(target, 'dist');
const SOURCES = 'build/assembly.json.br';
const HASHES = 'build/core.sha256';

/** Faces of rooms, and the files that are loaded by their names. */
function entries() {
  const faces = readdirSync(dist).flatMap((room) =>
    ['index.js', 'node.js'].map((face) => path.join(dist, room, face)).filter((f) => existsSync(f)),
  );
  return [
    ...['index.js', 'node.js'].map((name) => path.join(dist, name)),
    ...faces,
    path.join(dist, 'cli/main.js'),
    path.join(dist, 'replay/worker.js'),
    path.join(dist, 'sweep/engines/thread.js'),
    path.join(dist, 'trace/csv-parse.js'),
  ];
}

/** Names of all files under a folder that end so. */
function endingIn(folder, ending) {
  return readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(ending));
}

/**
 * Without imports that take nothing: esbuild keeps them for the order of side effects, of which our files have none, and each would
 * load a room, and its libraries, for nobody.
 */
function withoutBareImports(code) {
  const [head] = /^(?:import(?:[^"';]*from)?"[^"]*";)*/.exec(code);
  return head.replaceAll(/import"\.{1,2}\/[^"]*";/g, '') + code.slice(head.length);
}

function copyInto(folder, name) {
  const to = path.join(target, name);
  mkdirSync(path.dirname(to), { recursive: true });
  cpSync(path.join(folder, name), to, { recursive: true });
}

const unpackedName = (name) => name.replace(/\.br$/, '');

/** A file of ours, packed: most of what is shipped as it is read by few. */
function packInto(folder, name) {
  const to = path.join(target, `${name}.br`);
  mkdirSync(path.dirname(to), { recursive: true });
  writeFileSync(to, brotliCompressSync(readFileSync(path.join(folder, name))));
}

rmSync(target, { recursive: true, force: true });
await build({
  entryPoints: entries(),
  outbase: dist,
  outdir: bundled,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'neutral',
  target: 'es2023',
  packages: 'external',
  external: ['node:*', '#*'],
  // one level deep, as the files of rooms are: what they find by its place, they find
  chunkNames: 'shared/[hash]',
  minify: true,
  lineLimit: 120, // an error that nobody catches shows its line
  logLevel: 'warning',
});
for (const name of endingIn(bundled, '.js')) {
  const file = path.join(bundled, name);
  writeFileSync(file, withoutBareImports(readFileSync(file, 'utf8')));
}
// the playground's page is whole already, where it has been built (npm run build:play)
for (const name of endingIn(dist, '').filter((file) => /^play.site.*\.\w+$/.test(file))) {
  packInto(root, path.join('dist', name));
}
for (const name of endingIn(dist, '.d.ts')) copyInto(root, path.join('dist', name));
pruneDeclarations(bundled, ['index.d.ts', 'node.d.ts', 'report/index.d.ts', 'abi/index.d.ts']);

const { files } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const others = files.filter((name) => name !== 'dist');
/** What `guestmem build-core` compiles, in one file. */
function packSources() {
  const texts = ['assembly', 'src/abi'].flatMap((folder) =>
    endingIn(path.join(root, folder), '.ts').map((name) => {
      const file = `${folder}/${name.replaceAll(path.sep, '/')}`;
      return [file, readFileSync(path.join(root, file), 'utf8')];
    }),
  );
  const file = path.join(target, SOURCES);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, brotliCompressSync(JSON.stringify(Object.fromEntries(texts))));
}

/** Builds of the core by their hashes, as `sha256sum` writes and checks them: a build of the same sources has the same. */
function packHashes(names) {
  const lines = names.map((name) => {
    const bytes = readFileSync(path.join(root, name));
    return `${createHash('sha256').update(bytes).digest('hex')}  ${path.basename(name)}\n`;
  });
  writeFileSync(path.join(target, HASHES), lines.join(''));
}

for (const name of ['package.json', 'README.md', 'LICENSE', ...others]) {
  if (name === HASHES) packHashes(others.map(unpackedName).filter((one) => one.endsWith('.wasm')));
  else if (name === SOURCES) packSources();
  else if (name.endsWith('.br')) packInto(root, unpackedName(name));
  else copyInto(root, name);
}

if (values['in-place']) {
  rmSync(dist, { recursive: true });
  renameSync(bundled, dist);
  cpSync(path.join(target, 'build'), path.join(root, 'build'), { recursive: true });
}
