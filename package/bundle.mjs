// Makes dist/ what is published: what tsc has written there, bundled by room, without maps. A room is a file: an import opens few
// of them, and whoever bundles the library leaves out the rooms that he does not use (docs/decisions/0065-the-package.md).

import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

const root = path.resolve(import.meta.dirname, '..');
const dist = path.join(root, 'dist');
const bundled = path.join(root, 'build/bundled');

/** Faces of rooms, commands, and the files that are loaded by their names. */
function entries() {
  const faces = readdirSync(dist).flatMap((room) =>
    ['index.js', 'node.js'].map((face) => path.join(dist, room, face)).filter((f) => existsSync(f)),
  );
  const commands = readdirSync(path.join(dist, 'cli')).filter((name) => name.endsWith('.js'));
  return [
    ...['index.js', 'node.js'].map((name) => path.join(dist, name)),
    ...faces,
    ...commands.map((name) => path.join(dist, 'cli', name)),
    path.join(dist, 'replay/worker.js'),
    path.join(dist, 'trace/csv-parse.js'),
  ];
}

/** All files under a folder whose names end so. */
function endingIn(folder, endings) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) => path.join(entry.parentPath, entry.name));
}

rmSync(bundled, { recursive: true, force: true });
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
  chunkNames: 'shared/[hash]',
  minifyWhitespace: process.argv.includes('--small'),
  logLevel: 'warning',
});
// the playground's page is whole already
const isPage = (file) => file.startsWith(path.join(dist, 'play/site'));
for (const file of endingIn(dist, ['.js', '.map', '.tsbuildinfo'])) if (!isPage(file)) rmSync(file);
for (const file of endingIn(bundled, ['.js'])) {
  const target = path.join(dist, path.relative(bundled, file));
  mkdirSync(path.dirname(target), { recursive: true });
  renameSync(file, target);
}
const bytes = endingIn(dist, ['']).reduce((sum, file) => sum + statSync(file).size, 0);
process.stdout.write(`dist: ${endingIn(dist, ['']).length} files, ${bytes} bytes\n`);
