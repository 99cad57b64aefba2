/** A replay's hashes do not depend on where it is played: locale, time zone, order of systems, threads, runtime. They need the built program. */
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { SYSTEMS } from '../../src/replay/index.ts';
import { parseResults } from '../../src/report/index.ts';
import { MAIN } from '../support/built.ts';

const NAMES = SYSTEMS.map(({ name }) => name);

interface Way {
  readonly environment?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  /** The runtime and its own options. */
  readonly runtime?: readonly string[];
}

/** Hashes by system of one minute of the built-in trace. */
function hashes({ environment = {}, args = [], runtime = [process.execPath] }: Way): unknown {
  const [program = '', ...options] = runtime;
  const words = ['replay', '--minutes', '1', '--keep-alive', '20s', '--format', 'table', '--json'];
  const output = execFileSync(program, [...options, MAIN, ...words, ...args], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
    maxBuffer: 2 ** 24,
  });
  const { systems, trace } = parseResults(JSON.parse(output));
  const bySystem = systems.map(({ name, hash }) => [name, hash] as const);
  return { trace, systems: Object.fromEntries(bySystem) };
}

const EXPECTED = hashes({ args: ['--jobs', '1'] });

describe('hashes are equal', () => {
  it.each<[string, Way]>([
    [
      'in a Turkish locale and far in the east',
      { environment: { LC_ALL: 'tr_TR.UTF-8', TZ: 'Pacific/Kiritimati' } },
    ],
    [
      'in an Arabic locale and far in the west',
      { environment: { LC_ALL: 'ar_EG.UTF-8', TZ: 'Pacific/Pago_Pago' } },
    ],
    ['with systems in the other order', { args: ['--system', NAMES.toReversed().join(',')] }],
    ['with two jobs', { args: ['--jobs', '2'] }],
    ['with more jobs than systems', { args: ['--jobs', '16'] }],
  ])('%s', (_, way) => {
    expect(hashes(way)).toEqual(EXPECTED);
  });
});

/**
 * Programs to play with, by their paths, a colon between: other versions of Node, and Deno. They are packages of the npm registry, too
 * large to be installed for every test: CONTRIBUTING.md tells how to have them.
 */
const RUNTIMES = (process.env['GUESTMEM_RUNTIMES'] ?? '').split(':').filter((text) => text !== '');

describe.skipIf(RUNTIMES.length === 0)('hashes are equal (GUESTMEM_RUNTIMES) on', () => {
  it.each(RUNTIMES)('%s', (program) => {
    const runtime = program.endsWith('deno') ? [program, 'run', '--allow-all'] : [program];
    expect(hashes({ runtime, args: ['--jobs', '2'] })).toEqual(EXPECTED);
  });
});
