/** Experiment files as a user plays them: the built program in a process of its own. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseResults } from '../../src/node.ts';
import { ROOT, guestmemIn } from '../support/built.ts';
import { emptyFolder } from '../support/folder.ts';

const EXAMPLE = join(ROOT, 'examples/experiment.yaml');

const folder = emptyFolder();

function replay(...args: string[]): { code: number | null; err: string } {
  const { code, err } = guestmemIn(folder, 'replay', ...args);
  return { code, err };
}

function resultsIn(name: string): ReturnType<typeof parseResults> {
  return parseResults(JSON.parse(readFileSync(join(folder, name, 'results.json'), 'utf8')));
}

describe('guestmem replay experiment.yaml', () => {
  it('plays the example, and what it wrote beside the results to the same hashes', () => {
    expect(replay(EXAMPLE, '--out', 'a', '--quiet')).toEqual({ code: 0, err: '' });
    expect(replay('a/experiment.yaml', '--out', 'b', '--quiet')).toEqual({ code: 0, err: '' });
    const [a, b] = [resultsIn('a'), resultsIn('b')];
    expect(a.systems.map(({ name }) => name)).toEqual(['scpv-template', 'mcpv-czone']);
    expect(b.systems).toEqual(a.systems);
    expect(b.configuration).toEqual(a.configuration);
    expect(a.made?.command).toEqual(['guestmem', 'replay', EXAMPLE, '--out', 'a', '--quiet']);
    expect(a.made?.versions).toEqual({
      guestmem: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string,
      abi: 1,
      core: expect.stringMatching(/^[\da-f]{8}$/) as string,
    });
  });

  it('is overridden by options', () => {
    const options = ['--system', 'mcpv-static', '--seed', '3', '--prices', 'high'];
    expect(replay(EXAMPLE, ...options, '--out', 'c', '--quiet').code).toBe(0);
    const { seed, systems, configuration } = resultsIn('c');
    expect([seed, systems.map(({ name }) => name)]).toEqual([3, ['mcpv-static']]);
    expect(configuration).toMatchObject({
      prices: { level: 'high', own: { functionInit: { typical: '35ms' } } },
      policies: { keepAlive: '2m' },
    });
  });

  it.each([
    ['an unknown key', 'seeed: 1', /^guestmem: bad.yaml:1:1: .*did you mean seed\?.*\n$/],
    ['a key that is a group', '? { a: 1 }\n: 2', /^guestmem: bad.yaml:1:1: expected a key .*\n$/],
    ['no YAML', 'systems: [', /^guestmem: bad.yaml:\d+:\d+: expected YAML.*\n$/],
    ['two faults', 'seed: x\nminutes: 0', /^guestmem: bad.yaml:1:7: .*\nguestmem: .*:2:10: .*\n$/],
    ['a contradiction', 'minutes: 2\nwarmupMinutes: 2', /:2:16: warmupMinutes: expected fewer/],
    [
      'a warm-up of all of the trace',
      'trace: { synthetic: { minutes: 2 } }\nwarmupMinutes: 2',
      /^guestmem: bad.yaml:2:16: warmupMinutes: expected fewer minutes than .* found "2"\n$/,
    ],
    [
      'memory of a function that the trace has not',
      'trace: { synthetic: { minutes: 2 } }\nmemory: { nobody: { limit: 64MiB } }',
      /^guestmem: bad.yaml:2:19: memory.nobody: expected functions of the trace, found "nobody"\n$/,
    ],
    [
      'more memory in a guest than frames have numbers',
      'machine: { containerMemoryPerVm: 16TiB }\nmemory: { f: { limit: 17TiB } }',
      /^guestmem: bad.yaml:1:34: .*expected a size below 16TiB, found "16TiB"\nguestmem: .*:2:23: .*\n$/,
    ],
    [
      'a machine that no guest can be made of',
      'trace: { synthetic: { minutes: 1, functionCount: 1 } }\nmachine: { containerKernelMemory: 4TiB }',
      /^guestmem: bad.yaml: (?:frames: expected|create: no memory for the tables) .*\n$/,
    ],
    [
      'a policy that a system cannot follow',
      'systems: [mcpv-static]\npolicies: { idle: park }',
      /^guestmem: bad.yaml:2:19: policies.idle: expected systems that can be parked: .*\n$/,
    ],
    [
      'no such prices',
      'prices: { file: none.yaml }',
      /^guestmem: bad.yaml:1:17: prices.file: none.yaml: expected .* found nothing of that name\n$/,
    ],
    ['no such trace', '\ntrace: none', /^guestmem: bad.yaml:2:8: trace: none: expected .*\n$/],
    [
      'no such file of calls',
      'trace: { path: none.csv }',
      /^guestmem: bad.yaml:1:16: trace.path: none.csv: expected .*\n$/,
    ],
    ['a folder that is no trace', 'trace: .', /^guestmem: bad.yaml:1:8: trace: \.: expected .*\n$/],
  ])('with %s ends with a line a fault, exit code 2 and nothing written', (_, content, line) => {
    writeFileSync(join(folder, 'bad.yaml'), content);
    const { code, err } = replay('bad.yaml', '--out', 'never');
    expect(err).toMatch(line);
    expect(code).toBe(2);
    expect(existsSync(join(folder, 'never'))).toBe(false);
  });
});
