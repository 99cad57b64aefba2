/** The examples run as a user runs them: plain Node, the built package by its name. Those in TypeScript lose their types first. */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const EXAMPLES = join(ROOT, 'examples');
/** Within the package, so that its name leads to it. */
const STRIPPED = join(ROOT, 'build/examples');

/** A line of each one's output that says that it did what it is about. */
const SAYS: Readonly<Record<string, RegExp>> = {
  'balloon-frames.ts': /^(?:\d+ ){16383}\d+$/m,
  'clone-template.mjs': /resized: balloon 128 MiB/,
  'clones-with-zones.ts':
    /before: {[^]* anonymous: 2\d{6},[^]*after: {[^]* anonymous: 1\d{6},\s+idleUnused: \d{1,5},/,
  'compare-policies.ts':
    /^all at once, oldest: [^]* (\w+)\nall at once, newest: (?![^\n]* \1\n)[^]*^one by one, oldest: [^]* (\w+)\none by one, newest: (?![^\n]* \2$)\d+ cold, [\d.]+ GiB, [0-9a-f]{16}$/m,
  'inflate-balloon.mjs': /balloon: 160 MiB\n[^]*deflated: 0 pages/,
  'listener.ts': /start: (\d+),\s+ready: \1,[^]*most at [\d.]+ s: [\d.]+ GiB, \d+ busy, \d+ idle/,
  'own-csv.ts': /^scpv-template {[^]*^mcpv-czone {[^]*peak: \d+/m,
  'own-idle.ts': /\d+ parked, \d+ suspended, \d+ resumed/,
  'own-keep-alive.ts': /fixed 10m: \d+ cold, \d+ warm\nown: \d+ cold, \d+ warm/,
  'own-placement.ts':
    /^fullest: [\d.]+ containers in ([\d.]+) VMs\nown: [\d.]+ containers in (?!\1 )[\d.]+ VMs/,
  'own-prewarm.ts': /\d+ cold, \d+ warm; \d+ ahead, \d+ used/,
  'own-price.ts': /runtime 5\d\.\d of [\d.]+ ms\nruntime 3\.\d of [\d.]+ ms/,
  'own-profile.ts': /from the trace: [4-9]\d\.\d MiB\nown: 9\.\d MiB/,
  'own-system.ts': /^mcpv-static [^]*^mcpv-mine /m,
  'plug-unplug-virtio-mem.mjs': /\(kernel\) is in the way\nbuffers freed, plugged: 0 MiB/,
  'proc-files.ts': /^Node 0, zone +DMA32 [^]*Number of blocks type[^]*nr_free_pages/m,
  'report-free-pages.mjs': /reported [1-9]\d* pages, [1-9]\d* of them had host memory/,
  'shrink-zone.ts':
    /asked for 20\nwhen it was idle: 5 and 1 blocks\nwhile the neighbour works: 5 and 20 blocks$/m,
};

/** Lines that these may have at most. */
const LONGEST: Readonly<Record<string, number>> = {
  'balloon-frames.ts': 10,
  'clones-with-zones.ts': 25,
  'compare-policies.ts': 40,
  'own-csv.ts': 15,
  'own-system.ts': 60,
  'proc-files.ts': 8,
};

function runnable(name: string): string {
  const file = join(EXAMPLES, name);
  if (name.endsWith('.mjs')) return file;
  return stripped(name, readFileSync(file, 'utf8'));
}

/** A program in TypeScript, without types. */
function stripped(name: string, text: string): string {
  mkdirSync(STRIPPED, { recursive: true });
  const target = join(STRIPPED, name.replace(/ts$/, 'mjs'));
  const compilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    verbatimModuleSyntax: true,
  };
  const { outputText } = ts.transpileModule(text, { compilerOptions });
  writeFileSync(target, outputText);
  return target;
}

function readmeSample(): string {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const [, text = ''] = /```ts\n([^]*?)```/.exec(readme) ?? [];
  return text;
}

/** What a user's compiler says of a program that has the package by its name. */
function complaintsOf(file: string): string[] {
  const options = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.esnext.disposable.d.ts'],
    types: ['node'],
  };
  return ts
    .getPreEmitDiagnostics(ts.createProgram([file], options))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}

describe('examples', () => {
  it('all have a line to be known by, and import the package alone', () => {
    const files = readdirSync(EXAMPLES).filter((name) => /\.(mjs|ts)$/.test(name));
    expect(files.toSorted()).toEqual(Object.keys(SAYS));
    for (const name of files) {
      const text = readFileSync(join(EXAMPLES, name), 'utf8');
      const imported = [...text.matchAll(/from '([^']+)'/g)].map((match) => match[1]);
      expect(new Set(imported), name).toEqual(new Set(['guestmem']));
    }
    for (const [name, most] of Object.entries(LONGEST)) {
      const lines = readFileSync(join(EXAMPLES, name), 'utf8').trimEnd().split('\n');
      expect(lines.length, name).toBeLessThanOrEqual(most);
    }
  });

  const isBuilt = existsSync(join(ROOT, 'dist/index.js'));
  for (const [name, line] of Object.entries(SAYS)) {
    it.skipIf(!isBuilt)(`${name} runs (needs npm run build)`, () => {
      const output = execFileSync(process.execPath, [runnable(name)], { encoding: 'utf8' });
      expect(output).toMatch(line);
    });
  }

  it.skipIf(!isBuilt)('that of README.md has the right types', () => {
    mkdirSync(STRIPPED, { recursive: true });
    const file = join(STRIPPED, 'readme.ts');
    writeFileSync(file, readmeSample());
    expect(complaintsOf(file)).toEqual([]);
  });

  it.skipIf(!isBuilt)('that of README.md runs', () => {
    const text = readmeSample();
    expect(text.trimEnd().split('\n').length).toBeLessThan(15);
    const program = stripped('readme.ts', text);
    const output = execFileSync(process.execPath, [program], { encoding: 'utf8' });
    expect(output).toMatch(/^40960 pages, \d+ frames of the host$/m);
  });
});
