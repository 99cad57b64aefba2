/** The command as a user runs it: the built program in a process of its own. `npm test` builds it first. */
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  FORMATS,
  KEEP_ALIVES,
  GROWTHS,
  PLACEMENTS,
  SYSTEMS,
  TRACE_FORMATS,
  parseResults,
} from '../../src/node.ts';
import { HOST_PLACEMENTS, IDLE_POLICIES, WHEN_FULL } from '../../src/serverless/index.ts';
import { type Ended, ROOT, guestmemIn } from '../support/built.ts';
import { emptyFolder } from '../support/folder.ts';

const folder = emptyFolder();
const guestmem = (...args: readonly string[]): Ended => guestmemIn(folder, ...args);

function row(index: number, count: string): string {
  return `o,a,f${index},http,${count},1\n`;
}

function known(list: readonly { readonly name: string }[]): string {
  return list.map(({ name }) => name).join(', ');
}

const SHORT = ['replay', '--minutes', '2', '--system', 'scpv-template,mcpv-czone'];

describe('guestmem', () => {
  it('prints its version, and what can be named with a sentence each', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      version: string;
    };
    expect(guestmem('--version')).toEqual({ code: 0, out: `${version}\n`, err: '' });
    const { code, out } = guestmem('systems');
    expect(code).toBe(0);
    const sections = out.trimEnd().split('\n\n');
    for (const section of sections) {
      const [heading, ...lines] = section.split('\n');
      expect(heading).toMatch(/^[A-Z].*:$/);
      expect(lines).not.toEqual([]);
      for (const line of lines) {
        expect(line).toMatch(/^([a-z\d-]+ +[A-Z]| +(Source|Limits): ).*\.$/);
      }
    }
    const names = sections.map((section) => [...section.matchAll(/^[a-z\d-]+(?= )/gm)].join(', '));
    expect(names).toEqual([
      known(SYSTEMS),
      known(KEEP_ALIVES),
      known(IDLE_POLICIES),
      known(PLACEMENTS),
      known(HOST_PLACEMENTS),
      known(WHEN_FULL),
      known(GROWTHS),
      known(FORMATS),
      known(TRACE_FORMATS),
    ]);
  });

  it('replays: a table on stdout, results and report in the folder', () => {
    const { code, out, err } = guestmem(...SHORT, '--out', 'made');
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(out).toMatch(/^system +(?:cold +)?start-up/m);
    expect(out).toMatch(/^mcpv-czone /m);
    expect(readdirSync(join(folder, 'made')).toSorted()).toEqual([
      'details.json',
      'experiment.yaml',
      'report.html',
      'results.json',
    ]);
    const results = parseResults(
      JSON.parse(readFileSync(join(folder, 'made/results.json'), 'utf8')),
    );
    expect(results.systems.map((system) => system.name)).toEqual(['scpv-template', 'mcpv-czone']);
  });

  it('prints JSON alone with --json, equal but for the wall clock and the process’s memory when run again', () => {
    const [first, second] = [1, 2].map(() => {
      const { out, err } = guestmem(...SHORT, '--json', '--out', 'again');
      expect(err).toBe('');
      const { wall, made, ...rest } = parseResults(JSON.parse(out));
      expect(wall.invocationsPerSecond).toBeGreaterThan(0);
      return { ...rest, made: { ...made, peakResidentBytes: undefined } };
    });
    expect(second).toEqual(first);
  });

  it('writes the formats asked for and no others', () => {
    const { code, out, err } = guestmem(...SHORT, '--format', 'parquet, csv', '--out', 'tables');
    expect(err).toBe('');
    expect(code).toBe(0);
    const files = ['results', 'functions', 'series', 'starts'];
    const tables = ['parquet', 'csv'].flatMap((end) =>
      files.map((name) => `tables/${name}.${end}`),
    );
    const paths = [...tables, 'tables/csv-metadata.json'];
    expect(out).toBe(`wrote ${paths.slice(0, -1).join(', ')} and ${paths.at(-1)}\n`);
    expect(readdirSync(join(folder, 'tables')).map((name) => `tables/${name}`)).toEqual(
      paths.toSorted(),
    );
    const rows = readFileSync(join(folder, 'tables/starts.csv'), 'utf8').trimEnd().split('\r\n');
    const { systems } = parseResults(
      JSON.parse(guestmem(...SHORT, '--format', 'table', '--json', '--out', 'none').out),
    );
    expect(rows).toHaveLength(1 + systems.reduce((sum, { starts }) => sum + starts.cold, 0));
    expect(existsSync(join(folder, 'none'))).toBe(false);
  });

  it('says with --quiet, or without a table, that calls were refused', () => {
    for (const words of [['--quiet'], ['--format', 'json']]) {
      const { code, err } = guestmem(...SHORT, '--host-memory', '4KiB', '--out', 'short', ...words);
      expect(code).toBe(0);
      expect(err).toMatch(/^(?:guestmem: \S+: host memory was short: .* calls refused\n)+$/);
    }
  });

  it('says nothing with --quiet', () => {
    expect(guestmem(...SHORT, '--quiet', '--out', 'quiet')).toEqual({ code: 0, out: '', err: '' });
  });

  const vhive = join(ROOT, 'test/unit/cli/none');
  it.each([
    ['a path that is not there', ['replay', vhive], /^guestmem: .*none: expected/],
    ['an unknown system', ['replay', '--system', 'nope'], /^guestmem: --system: .*"nope"\n$/],
    [
      'an unknown format',
      ['replay', '--format', 'csv,xls'],
      new RegExp(`^guestmem: --format: expected formats of ${known(FORMATS)}, found "xls"\n$`),
    ],
    [
      'an unknown keep-alive policy',
      ['replay', '--keep-alive', 'forever'],
      new RegExp(
        `^guestmem: --keep-alive: .*, or a policy of ${known(KEEP_ALIVES)}, found "forever"\n$`,
      ),
    ],
    [
      'an unknown placement policy',
      ['replay', '--placement', 'tightest'],
      new RegExp(
        `^guestmem: --placement: expected a policy of ${known(PLACEMENTS)}, found "tightest"\n$`,
      ),
    ],
    [
      'a keep-alive policy with a wrong argument',
      ['replay', '--keep-alive', 'fixed:soon'],
      /^guestmem: --keep-alive: expected a time such as .* found "soon"\n$/,
    ],
    ['a bad seed', ['replay', '--seed', 'x'], /^guestmem: --seed: /],
    ['a warm-up as long as the trace', ['replay', '--minutes', '2', '--warmup', '2'], /--warmup/],
    ['an unknown option', ['replay', '--nope'], /^error: unknown option/],
    ['an unknown command', ['nope'], /^error: unknown command/],
  ])('%s: one line, exit code 2, nothing written', (_, args, message) => {
    const { code, out, err } = guestmem(...args);
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(message);
    expect(err.trimEnd().split('\n').length).toBe(1);
    expect(existsSync(join(folder, 'guestmem-out'))).toBe(false);
  });

  it('names file, line and column of a bad number', () => {
    const header = 'HashOwner,HashApp,HashFunction,Trigger,1,2\n';
    const rows = [0, 1, 2, 3, 4].map((index) => row(index, '3')).join('');
    const trace = emptyFolder();
    writeFileSync(join(trace, 'invocations.csv'), header + rows + row(5, 'many'));
    const without = guestmem('replay', trace);
    expect(without.code).toBe(2);
    expect(without.err).toMatch(/durations\.csv/);
    const durations =
      'HashOwner,HashApp,HashFunction,Average,Count,Minimum,Maximum,percentile_Average_0,percentile_Average_1,percentile_Average_25,percentile_Average_50,percentile_Average_75,percentile_Average_99,percentile_Average_100\n';
    writeFileSync(join(trace, 'durations.csv'), durations);
    writeFileSync(
      join(trace, 'memory.csv'),
      'HashOwner,HashApp,HashFunction,SampleCount,AverageAllocatedMb\n',
    );
    const { code, err } = guestmem('replay', trace);
    expect(code).toBe(2);
    expect(err).toMatch(/invocations\.csv, line 7, column 5 .*found "many"\n$/);
    expect(existsSync(join(folder, 'guestmem-out'))).toBe(false);
  });
});
