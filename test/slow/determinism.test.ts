/**
 * A replay's hashes do not depend on where it is played: runtime, locale, time zone, order of systems, threads. On the built program; in
 * Chromium on its sources. What is not on this machine is skipped with a word.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { SYSTEMS } from '../../src/replay/index.ts';
import { parseResults } from '../../src/report/index.ts';
import { bundled, servedPage, watchedPage } from '../browser/harness.ts';
import { MAIN, ROOT } from '../support/built.ts';
import { HAS_BROWSER, openBrowser } from '../support/chromium.ts';
import { CORES, type CoreTexts, type Hashes } from '../support/hashes-page.ts';
import { runtimes } from '../support/runtimes.ts';
import { sized } from './size.ts';

const NAMES = SYSTEMS.map(({ name }) => name);
/** Of the built-in trace. */
const MINUTES = 1;
const KEEP_ALIVE = '20s';
const WITHIN_MS = 600_000;
/** In Chromium each takes five seconds: one that boots, one of a snapshot, three that give memory back in ways of their own. */
const FEW = ['scpv-boot', 'scpv-snapshot', 'mcpv-balloon', 'mcpv-virtio-mem', 'mcpv-czone'];

interface Way {
  readonly environment?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** The runtime and its own options. */
  readonly runtime?: readonly string[];
}

async function hashes({
  environment = {},
  args = [],
  runtime = [process.execPath],
}: Way): Promise<Hashes> {
  const [program = '', ...options] = runtime;
  const words = ['replay', '--minutes', String(MINUTES), '--keep-alive', KEEP_ALIVE];
  const { stdout } = await promisify(execFile)(
    program,
    [...options, MAIN, ...words, '--format', 'table', '--json', ...args],
    { env: { ...process.env, ...environment }, maxBuffer: 2 ** 24 },
  );
  const { systems } = parseResults(JSON.parse(stdout));
  return Object.fromEntries(systems.map(({ name, hash }) => [name, hash]));
}

function bytesOf(core: string): string {
  return readFileSync(join(ROOT, `build/core.${core}.wasm`)).toString('base64');
}

/** A page for each system: V8 in Chromium has addresses for 125 guests, those that wait to be collected among them. */
async function hashesInChromium(names: readonly string[]): Promise<Hashes> {
  const script = await bundled('test/support/hashes-page.ts');
  const cores = Object.fromEntries(CORES.map((core) => [core, bytesOf(core)])) as CoreTexts;
  const { server, origin } = await servedPage('<!doctype html><title>replay</title>');
  const browser = await openBrowser();
  const found: Record<string, string> = {};
  try {
    for (const name of names) {
      const { page } = await watchedPage(browser, origin);
      await page.goto(origin);
      await page.evaluate(script);
      const plan = { systems: [name], seed: 1, keepAlive: KEEP_ALIVE };
      const bound = [cores, MINUTES, plan] as const;
      const one = await page.evaluate(
        ([texts, minutes, asked]) => hashesOf(texts, minutes, asked),
        bound,
      );
      Object.assign(found, one);
      await page.context().close();
    }
  } finally {
    await browser.close();
    server.close();
  }
  return found;
}

let expected: Hashes;

beforeAll(async () => {
  expected = await hashes({ args: ['--jobs', '1'] });
  expect(Object.keys(expected)).toEqual(NAMES);
}, WITHIN_MS);

describe('hashes are equal', { timeout: WITHIN_MS }, () => {
  it.each<[string, Way]>([
    [
      'in a Turkish locale and far in the east, with systems in the other order',
      {
        environment: { LC_ALL: 'tr_TR.UTF-8', TZ: 'Pacific/Kiritimati' },
        args: ['--system', NAMES.toReversed().join(',')],
      },
    ],
    [
      'in an Arabic locale and far in the west, with more jobs than systems',
      {
        environment: { LC_ALL: 'ar_EG.UTF-8', TZ: 'Pacific/Pago_Pago' },
        args: ['--jobs', '16'],
      },
    ],
  ])('%s', async (_, way) => {
    expect(await hashes(way)).toEqual(expected);
  });

  for (const { name, command } of runtimes()) {
    it(`on ${name}`, async (context) => {
      if (command === undefined) return context.skip(`no ${name} here, nor in GUESTMEM_RUNTIMES`);
      expect(await hashes({ runtime: command, args: ['--jobs', '2'] })).toEqual(expected);
    });
  }

  it('in Chromium', async (context) => {
    if (!HAS_BROWSER) context.skip('no Chromium here');
    const names = sized(FEW, NAMES);
    const wanted = Object.fromEntries(names.map((name) => [name, expected[name]]));
    expect(await hashesInChromium(names)).toEqual(wanted);
  });
});
