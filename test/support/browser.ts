/** A report's page with its script, open in Debian's Chromium. Where there is none, tests that need it are skipped with a word. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { pageHtml } from '../../src/report/page.ts';
import { MS_PER_MINUTE } from '../../src/abi/unit.ts';
import {
  type MapReel,
  type MemoryMap,
  USE_FREE,
  USE_OWNER,
  encodeReel,
} from '../../src/map/index.ts';
import { HAS_BROWSER, openBrowser } from './chromium.ts';
import { handMap } from './map.ts';
import { details, levels, results, series, system } from './report.ts';
import type { Cdf, Details, TimeSeries } from '../../src/report/detail.ts';
import type { Results } from '../../src/report/results.ts';

/** In the name of what is skipped. */
export const NEEDS: string = HAS_BROWSER ? '' : ' (skipped: no /usr/bin/chromium)';

/** A browser starts in a second, on a busy machine in many. */
export const STARTS_WITHIN_MS = 120_000;

async function scriptText(): Promise<string> {
  const entry = fileURLToPath(new URL('../../src/report/live/main.ts', import.meta.url));
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    format: 'iife',
    minify: true,
    write: false,
  });
  return outputFiles[0]!.text.trim();
}

function longSeries(name: string): TimeSeries {
  const free = new Float64Array(200).fill(4096);
  const wholeFrames = free.map((frames, at) => frames - at * 8);
  return { ...series(name, 200), counts: { freeFrames: free, wholeFrames } };
}

function cdfOf(name: string, times: number): Cdf {
  const values = Float64Array.of(70, 74, 80, 300).map((value) => value * times);
  return { system: name, values, share: Float64Array.of(0.25, 0.5, 0.75, 1) };
}

/** Two moments of two VMs, of which the second comes later. */
function mapsOf(name: string, shift: number): MapReel {
  const at = (moment: number): MemoryMap =>
    handMap(
      128,
      (cells, cell) => {
        const isTaken = cell % 64 < 8 + shift + 4 * moment && (cell < 64 || moment === 1);
        cells.use[cell] = isTaken ? USE_OWNER + Math.floor(cell / 64) : USE_FREE;
        cells.taken[cell] = isTaken ? 200 : 0;
        cells.zone[cell] = cell % 64 < 16 ? 1 : 2;
      },
      { [USE_OWNER]: [512 * (8 + shift), 4096], [USE_FREE]: [512 * 40, 512] },
    );
  const instants = [0, 1].map((moment) => ({
    atMs: MS_PER_MINUTE * (1 + moment),
    note: `${1 + moment} VMs`,
    map: at(moment),
  }));
  const owners = ['container 1 of VM 1', 'container 1 of VM 2'];
  const zones = ['DMA', 'DMA32', 'Normal', 'Movable'];
  return { name, subject: 'only', zones, owners, guestFrames: 64 * 512, instants };
}

/** A run with something in every section. */
export function wholeRun(
  names: readonly string[] = ['scpv-template', 'mcpv-czone', 'mcpv-static'],
): { results: Results; details: Details } {
  const all = names.map((name, at) => cdfOf(name, 1 + at / 2));
  const slow = names.map((name) => ({
    ...cdfOf(name, 1),
    values: Float64Array.of(1, 1.01, 1.1, 2),
  }));
  const prices = [
    {
      price: 'functionInit',
      lowNs: 1,
      baseNs: 2,
      highNs: 3,
      movesClock: true,
      isPlayed: false,
      swing: 0.2,
      effects: names.map((name) => ({ system: name, startupMs: [60, 100], cpuMs: [1400, 1700] })),
      flips: [
        {
          figure: 'startupMs' as const,
          at: 'high' as const,
          better: 'mcpv-czone',
          worse: 'mcpv-static',
          ratio: 1.1,
          after: 0.9,
        },
      ],
    },
  ];
  return {
    results: results(...names.map((name, at) => system(name, 1 - at / 4))),
    details: {
      ...details(),
      series: names.map(longSeries),
      cdfs: { startupMs: all, sandboxMs: all, reclaimMs: all, slowdown: slow },
      levels: names.map((name, at) => levels(name, [1 - at / 4, 1 - at / 5, 1 - at / 6])),
      sensitivity: { tolerance: 0.01, prices },
      maps: names.map((name, at) => encodeReel(mapsOf(name, at))),
      sentences: { 'mcpv-czone': 'Many containers a VM.' },
    },
  };
}

export interface Opened {
  readonly page: Page;
  /** What the page complained of or asked for. */
  readonly heard: string[];
  close(): Promise<void>;
}

export async function openReport(
  how: BrowserContextOptions = {},
  run: ReturnType<typeof wholeRun> = wholeRun(),
): Promise<Opened> {
  const folder = mkdtempSync(join(tmpdir(), 'guestmem-page-'));
  const file = join(folder, 'report.html');
  writeFileSync(file, await pageHtml(run.results, run.details, { script: await scriptText() }));
  const browser = await openBrowser();
  const context = await browser.newContext(how);
  const page = await context.newPage();
  const heard: string[] = [];
  page.on('console', (message) => heard.push(message.text()));
  page.on('pageerror', (error) => heard.push(error.message));
  page.on('request', (request) => {
    if (!/^(?:file|data|blob):/.test(request.url())) heard.push(request.url());
  });
  await page.goto(`file://${file}`);
  return {
    page,
    heard,
    close: async () => {
      await browser.close();
      rmSync(folder, { recursive: true });
    },
  };
}
