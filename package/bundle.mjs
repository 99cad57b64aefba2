// Makes build/package, or `--to FOLDER`: what is published. What tsc has written to dist/ is bundled without maps: an import opens few
// files, and whoever bundles the library leaves out what he does not use (docs/decisions/0065-the-package.md). `--in-place` puts the
// bundled files where tsc's were, as `npm pack` wants them.

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
import { parseArgs, promisify } from 'node:util';
import { brotliCompressSync, constants, inflateRawSync } from 'node:zlib';
import ts from 'typescript';
import { bundledCode } from './code.mjs';
import { writeDeclarations } from './declarations.mjs';

const root = path.resolve(import.meta.dirname, '..');
const dist = path.join(root, 'dist');
const { values } = parseArgs({
  options: { to: { type: 'string', default: 'build/package' }, 'in-place': { type: 'boolean' } },
});
const target = path.resolve(root, values.to);
const bundled = path.join(target, 'dist');
/** Builds that few load. */
const OTHERS = ['recorded', 'release-6.1', 'release-7.3', 'release-llfree', 'verify'];
const FACES = ['index', 'node', 'report/index', 'abi/index'];

/** Names of all files under a folder that end so. */
function endingIn(folder, ending) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith(ending))
    .map((name) => name.replaceAll(path.sep, '/'));
}

async function bundle() {
  for (const [name, code] of await bundledCode(dist)) {
    if (!name.includes('/') && code.includes('import.meta')) {
      throw new Error(`dist/${name} looks for files by its place, which is another than theirs`);
    }
    const file = path.join(bundled, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, code);
  }
}

function copyInto(folder, name) {
  const to = path.join(target, name);
  mkdirSync(path.dirname(to), { recursive: true });
  cpSync(path.join(folder, name), to, { recursive: true });
}

/** Files in one, as shippedTogether() reads it: what they have in common is there once. */
function packTogether(name, files) {
  const to = path.join(target, `${name}.br`);
  mkdirSync(path.dirname(to), { recursive: true });
  const sizes = files.map(([file, bytes]) => [file, bytes.length]);
  const all = Buffer.concat([
    Buffer.from(`${JSON.stringify(sizes)}\n`),
    ...files.map(([, bytes]) => bytes),
  ]);
  const params = { [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS };
  writeFileSync(to, brotliCompressSync(all, { params }));
}

/** Whole already, where it has been built (npm run build:play). The core that it serves is the package's. */
function packSite() {
  const site = path.join(dist, 'play/site');
  const names = existsSync(site) ? endingIn(site, '').filter((name) => /\.\w+$/.test(name)) : [];
  const files = names
    .filter((name) => name !== 'core.wasm')
    .map((name) => [`/${name}`, readFileSync(path.join(site, name))]);
  packTogether('dist/play/site', files);
}

/** Nobody reads what is packed, so its comments are not there; a compiler says the lines that the repository has. */
function withoutComments(code) {
  const scanner = ts.createScanner(
    ts.ScriptTarget.Latest,
    false,
    ts.LanguageVariant.Standard,
    code,
  );
  let text = '';
  for (let kind = scanner.scan(); kind !== ts.SyntaxKind.EndOfFileToken; kind = scanner.scan()) {
    const isComment = [
      ts.SyntaxKind.SingleLineCommentTrivia,
      ts.SyntaxKind.MultiLineCommentTrivia,
    ].includes(kind);
    const token = scanner.getTokenText();
    text += isComment ? token.replaceAll(/[^\n]+/g, '') : token;
  }
  return text.replaceAll(/^ +| +$/gm, '');
}

/** What `guestmem build-core` compiles. */
function packSources() {
  const names = ['assembly', 'src/abi'].flatMap((folder) =>
    endingIn(path.join(root, folder), '.ts').map((name) => `${folder}/${name}`),
  );
  packTogether(
    'build/assembly',
    names.map((name) => {
      const code = readFileSync(path.join(root, name), 'utf8');
      return [name, Buffer.from(withoutComments(code))];
    }),
  );
}

function packCores() {
  const files = OTHERS.map((name) => `core.${name}.wasm`).map((name) => [
    name,
    readFileSync(path.join(root, 'build', name)),
  ]);
  packTogether('build/cores', files);
}

/** For whoever records: the guest's side. */
function packGuestFiles() {
  const folder = 'recorder/guest';
  const files = endingIn(path.join(root, folder), '').map((name) => `${folder}/${name}`);
  packTogether(
    'build/recorder-guest',
    files.map((name) => [name, readFileSync(path.join(root, name))]),
  );
}

/** Libraries that are in dist/, and what of each says on which terms. The playground has its own list. */
const TAKEN_ALONG = [
  'csv-parse/LICENSE',
  'echarts/LICENSE',
  'echarts/NOTICE',
  'tslib/LICENSE.txt',
  'zod/LICENSE',
  'zrender/LICENSE',
];

function writeTerms() {
  const parts = TAKEN_ALONG.map((name) => {
    const text = readFileSync(path.join(root, 'node_modules', name), 'utf8');
    return `${name.split('/')[0]}\n\n${text.trim()}\n`;
  });
  writeFileSync(path.join(target, 'THIRD-PARTY.txt'), parts.join(`\n${'-'.repeat(60)}\n\n`));
}

/**
 * Builds of the core by their hashes, as `sha256sum` writes and checks them: a build of the same sources has the same. Comments have the
 * shorter ones that results know a core by.
 */
async function writeHashes() {
  const { coreVersion } = await import(path.join(dist, 'core/index.js'));
  const lines = ['release', ...OTHERS].toSorted().map((build) => {
    const name = `core.${build}.wasm`;
    const bytes = readFileSync(path.join(root, 'build', name));
    const hash = createHash('sha256').update(bytes).digest('hex');
    return `# versions.core of results: ${coreVersion(build).hash}\n${hash}  ${name}\n`;
  });
  writeFileSync(path.join(target, 'build/core.sha256'), lines.join(''));
}

/** The same text in fewer bytes: a second of work that a build for oneself need not wait for. */
async function packCharts() {
  const name = 'report/charts.deflate';
  // whoever loads it has its handlers of what nobody catches
  const { default: zopfli } = await import('@gfx/zopfli');
  const text = inflateRawSync(readFileSync(path.join(dist, name)));
  const packed = await promisify(zopfli.deflate)(text, {});
  mkdirSync(path.join(bundled, 'report'), { recursive: true });
  writeFileSync(path.join(bundled, name), packed);
}

/** What is made for the package, by its name in package.json; all else is copied. */
const MADE = {
  'build/assembly.br': packSources,
  'build/cores.br': packCores,
  'build/recorder-guest.br': packGuestFiles,
  'build/core.sha256': writeHashes,
  'THIRD-PARTY.txt': writeTerms,
};

rmSync(target, { recursive: true, force: true });
await bundle();
await packCharts();
packSite();
writeDeclarations(bundled, dist, FACES, { node: 'index' });
const { files } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
for (const name of ['package.json', 'README.md', 'LICENSE', ...files]) {
  if (name === 'dist') continue;
  if (name in MADE) await MADE[name]();
  else copyInto(root, name);
}

if (values['in-place']) {
  rmSync(dist, { recursive: true });
  renameSync(bundled, dist);
  cpSync(path.join(target, 'build'), path.join(root, 'build'), { recursive: true });
  cpSync(path.join(target, 'THIRD-PARTY.txt'), path.join(root, 'THIRD-PARTY.txt'));
}
