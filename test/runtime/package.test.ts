/** What is published: sizes, types, licences, and nothing that was not meant. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { build } from 'esbuild';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KIB, MIB } from '../../src/abi/unit.ts';
import { coreVersion } from '../../src/core/index.ts';
import { shippedTogether } from '../../src/check/index.ts';
import { compileCore } from '../../src/microbench/own-core.ts';
import { ROOT } from '../house/tree.ts';
import { PACKED_WITHIN_MS, type Packed, bytesUnder, packed } from '../support/package.ts';

/**
 * Of the archive, unpacked (docs/decisions/0065): 1.09 MiB is code, with 0.08 of zod and csv-parse, 0.37 declarations, 0.22 the charts' library, 0.1 the playground,
 * 0.11 Wasm, 0.06 the core's sources. The goal is 1 MB: code and declarations alone are above it.
 */
const UNPACKED_BYTES_MOST = 2.02 * MIB;
/** AssemblyScript takes ten seconds, on a busy machine more. */
const COMPILED_WITHIN_MS = 300_000;
/** The limit, of all that an install brings. */
const INSTALLED_BYTES_MOST = 10 * MIB;
const NODE = Number(process.versions.node.split('.')[0]);
const LICENCES = ['MIT', 'ISC', 'Apache-2.0', 'BSD-3-Clause', '0BSD', 'BSD-2-Clause'];

interface Locked {
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly peer?: boolean;
  readonly license?: string;
}

function manifest(name: string): Record<string, unknown> {
  return JSON.parse(readFileSync(join(ROOT, name), 'utf8')) as Record<string, unknown>;
}

/** Files of the package that an import of one opens. */
function openedBy(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, target = ''] of readFileSync(file, 'utf8').matchAll(/from"(\.[^"]+)"/g)) {
    openedBy(join(dirname(file), target), seen);
  }
  return seen;
}

let made: Packed;

beforeAll(() => {
  made = packed();
}, PACKED_WITHIN_MS);

afterAll(() => made.remove());

/** What an install brings: neither for development nor optional. */
function installed(): [string, Locked][] {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Locked>;
  };
  return Object.entries(packages).filter(
    ([name, { dev, optional, peer }]) =>
      name !== '' && dev !== true && optional !== true && peer !== true,
  );
}

describe('the package', () => {
  it('has what it needs and nothing else', () => {
    const strange = made.files.filter(
      (file) =>
        !/^(?:dist\/.*\.(?:js|d\.ts)|dist\/(?:play\/site\.br|report\/charts\.deflate)|build\/(?:core\.release\.wasm|(?:cores|assembly|recorder-guest)\.br|core\.sha256)|docs\/results\.schema\.json|recorder\/.*|package\.json|README\.md|LICENSE|THIRD-PARTY\.txt)$/.test(
          file,
        ),
    );
    expect(strange).toEqual([]);
    const core = join(made.folder, 'build/core.release.wasm');
    const hash = createHash('sha256').update(readFileSync(core)).digest('hex');
    const hashes = readFileSync(join(made.folder, 'build/core.sha256'), 'utf8');
    const known = coreVersion('release').hash;
    expect(hashes).toContain(`# versions.core of results: ${known}\n${hash}  core.release.wasm\n`);
    expect(made.unpackedBytes).toBeLessThan(UNPACKED_BYTES_MOST);
  });

  it(
    'compiles to its own core from the sources that are in it',
    async () => {
      const packedSources = shippedTogether(pathToFileURL(join(made.folder, 'build/assembly')));
      const decoder = new TextDecoder();
      const sources = new Map(
        [...packedSources].map(([name, text]) => [name, decoder.decode(text)]),
      );
      const built = readFileSync(join(made.folder, 'build/core.release.wasm'));
      expect(await compileCore(sources, false)).toEqual(new Uint8Array(built));
    },
    COMPILED_WITHIN_MS,
  );

  it('is not built over by `prepare`, which npm calls after `prepack`', () => {
    const main = join(ROOT, 'dist/cli/main.js');
    const before = statSync(main).mtimeMs;
    for (const command of ['pack', 'publish']) {
      const env = { ...process.env, npm_command: command };
      execFileSync(process.execPath, ['package/prepare.mjs'], { cwd: ROOT, env });
    }
    expect(statSync(main).mtimeMs).toBe(before);
  });

  it('passes publint', async () => {
    const { messages } = await publint({
      pkgDir: made.folder,
      strict: true,
      pack: false,
    });
    expect(messages).toEqual([]);
  });

  it('has the types that its exports say, for ESM', async () => {
    const archive = createPackageFromTarballData(new Uint8Array(readFileSync(made.tarball)));
    const analysis = await checkPackage(archive, {
      excludeEntrypoints: ['./core.wasm', './charts.deflate', './results.schema.json'],
    });
    const problems = analysis.types === false ? ['no types'] : analysis.problems;
    const ofEsm = problems.filter(
      (problem) =>
        typeof problem === 'string' ||
        !('resolutionKind' in problem) ||
        !['node10', 'node16-cjs'].includes(problem.resolutionKind),
    );
    expect(ofEsm).toEqual([]);
  });

  it('is the same on JSR: name, version, licence, and a source for each of its faces', () => {
    const [jsr, npm] = [manifest('jsr.json'), manifest('package.json')];
    expect(jsr['version']).toBe(npm['version']);
    expect(jsr['license']).toBe(npm['license']);
    const faces = Object.entries(npm['exports'] as Record<string, unknown>)
      .filter(([, target]) => typeof target === 'object')
      .map(([face, target]) => {
        const { default: built } = target as { default: string };
        return [face, built.replace('./dist/', './src/').replace(/\.js$/, '.ts')];
      });
    expect(jsr['exports']).toEqual(Object.fromEntries(faces));
  });

  it('brings libraries whose licences allow it', () => {
    const others = installed().filter(([, { license }]) => !LICENCES.includes(license ?? ''));
    expect(others.map(([name, { license }]) => `${name}: ${license}`)).toEqual([]);
  });

  it('says on which terms others’ code is in it', () => {
    const terms = readFileSync(join(made.folder, 'THIRD-PARTY.txt'), 'utf8');
    for (const name of ['echarts', 'zod', 'zrender']) expect(terms).toContain(`${name}\n\n`);
    expect(terms).toMatch(/Apache License[^]*Permission is hereby granted/);
  });

  it('is small when only the core of it is used', async () => {
    const { outputFiles } = await build({
      stdin: {
        contents: "import { Core } from 'guestmem'; console.log(Core)",
        resolveDir: made.project,
      },
      bundle: true,
      format: 'esm',
      minify: true,
      platform: 'browser',
      write: false,
    });
    const contents = outputFiles[0]?.contents ?? new Uint8Array();
    // 29.2 KiB and 9.9
    expect(contents.length).toBeLessThan(30 * KIB);
    expect(brotliCompressSync(contents).length).toBeLessThan(10.25 * KIB);
  });

  it('is imported from few files', () => {
    const opened = openedBy(join(made.project, 'node_modules/guestmem/dist/index.js'));
    expect(opened.size).toBeLessThan(8);
  });

  /** Node 24 takes 5 MiB more of its own; in one of many runs V8 begins to optimize a function, which is 3. */
  it.runIf(NODE < 24)('takes less than 15 MiB when it is imported', () => {
    const program =
      "const { rss } = process.memoryUsage(); await import('guestmem'); console.log(process.memoryUsage().rss - rss)";
    const taken = Array.from({ length: 3 }, () =>
      Number(
        execFileSync(process.execPath, ['--input-type=module', '-e', program], {
          cwd: made.project,
        }),
      ),
    );
    expect(Math.min(...taken)).toBeLessThan(15 * MIB);
  });

  it('brings less than 10 MiB', () => {
    const bytes = installed().reduce((sum, [name]) => sum + bytesUnder(join(ROOT, name)), 0);
    expect(bytes).toBeLessThan(INSTALLED_BYTES_MOST);
  });
});
