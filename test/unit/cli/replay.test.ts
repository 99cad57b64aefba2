import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { replayCommand } from '../../../src/cli/replay.ts';
import { type Results, parseResults } from '../../../src/report/index.ts';
import { openTrace } from '../../../src/trace/index.ts';
import { ran } from '../../support/command.ts';
import { CALL_FILE, lines, vhiveFiles } from '../../support/trace-folders.ts';
import { folderWith } from '../../support/folder.ts';

/** Three calls, one system: played in this thread. */
const CALLS = join(folderWith(CALL_FILE), 'calls.csv');
const ONE = ['--system', 'scpv-template'];

describe('guestmem replay', () => {
  it('plays a trace and writes what is asked for where it is asked for', async () => {
    const folder = folderWith({});
    const args = [CALLS, ...ONE, '--format', 'csv,json', '--out', folder];
    const { code, out, err } = await ran(replayCommand(), ...args);
    expect([code, err]).toEqual([0, '']);
    const written = readdirSync(folder).filter((name) => !name.startsWith('.'));
    expect(written).toContain('results.json');
    for (const name of written) expect(out).toContain(join(folder, name));
    expect(out).toMatch(/^wrote .+ and .+$/m);
  });

  it('prints JSON alone, by its options', async () => {
    const folder = folderWith({});
    const args = [CALLS, ...ONE, '--format', 'table', '--out', folder, '--json', '--minutes', '1'];
    const { code, out } = await ran(replayCommand(), ...args);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ trace: { invocations: 2 } });
  });

  it('leaves nothing where rows of calls have no place while it plays', async () => {
    const folder = folderWith({ 'state.records': '' });
    const args = [CALLS, ...ONE, '--records', '--out', join(folder, 'out')];
    const refused = await ran(replayCommand(), ...args, '--checkpoint', join(folder, 'state'));
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('state.records: a file is in the way of the folder');
    expect(readdirSync(folder)).toEqual(['state.records']);
  });

  it('prints nothing when it should be quiet', async () => {
    const args = [CALLS, ...ONE, '--format', 'table', '--out', folderWith({}), '--quiet'];
    expect(await ran(replayCommand(), ...args)).toEqual({ code: 0, out: '', err: '' });
  });

  it.each([
    [['--seed', 'x'], '--seed: expected a whole number from 0 on'],
    [['--minutes', '0'], '--minutes: expected a whole number from 1 on'],
    [['--jobs', '0'], '--jobs: expected a whole number from 1 on'],
    [['--system', 'none'], ', found "none"'],
    [['--format', 'html,html'], '--format: expected each format once'],
    [['--keep-alive', 'soon'], '--keep-alive: '],
    [['--growth', 'fast'], '--growth: '],
    [['--placement', 'best'], '--placement: '],
    [['--host-memory', '1'], '--host-memory: '],
    [['--guest-memory', '1'], '--guest-memory: '],
    [['--idle-reclaim', 'nie'], '--idle-reclaim: '],
    [['--warmup', '2'], '--warmup: expected fewer minutes than the trace\'s 2, found "2"'],
    [['--maps-of', 'nix'], '--maps-of: expected a function of the trace, found "nix"'],
    [['--maps', '1m,9m'], '--maps: expected moments within the trace\'s 2 minutes, found "1m,9m"'],
    [['--prices', 'low,high'], '--prices: expected one level, found low and high'],
    [['--checkpoint', ''], '--checkpoint: expected a file, found ""'],
    [['--out', ''], '--out: expected a folder, found ""'],
  ])('refuses %j in one line, and makes no folder', async (args, text) => {
    const folder = folderWith({});
    const out = args[0] === '--out' ? [] : ['--out', join(folder, 'new')];
    const ended = await ran(replayCommand(), CALLS, ...ONE, ...out, ...args);
    expect([ended.code, ended.out]).toEqual([2, '']);
    expect(ended.err).toContain(text);
    expect(ended.err.split('\n')).toHaveLength(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('refuses a limit below what the function holds, where the file says it', async () => {
    const folder = folderWith(CALL_FILE);
    const name = openTrace(folder, { seed: 1 }).functions[0]?.name;
    const file = join(folder, 'small.yaml');
    writeFileSync(file, `trace: calls.csv\nmemory: { ${name}: { limit: 4MiB } }\n`);
    const { code, err } = await ran(replayCommand(), file, '--out', join(folder, 'out'));
    expect(code).toBe(2);
    expect(err).toMatch(
      /small.yaml:2:\d+: memory\.\w+\.limit: expected \d+MiB or more, found "4MiB"$/,
    );
  });

  it('tells what has no effect and whom it leaves out, a line each, and plays', async () => {
    const folder = folderWith({});
    const told: string[] = [];
    const stderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      told.push(String(text));
      return true;
    });
    const plays = ['--idle', 'park:1s', '--maps', '0', '--maps-of', 'f', '--quiet'];
    const args = [CALLS, ...plays, '--format', 'json', '--out', folder, '--jobs', '1'];
    const { code } = await ran(replayCommand(), ...args);
    stderr.mockRestore();
    expect(code).toBe(0);
    expect(told).toEqual([
      expect.stringMatching(
        /^guestmem: left out, as they cannot be parked \(idle: park:1s\): mcpv-static, .+\n$/,
      ),
      'guestmem: --maps-of: no effect, as there are no maps\n',
    ]);
    const results = JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8')) as Results;
    expect(results.systems.map(({ name }) => name)).not.toContain('mcpv-static');
    expect(results.leftOut?.[0]?.system).toBe('mcpv-static');
    expect(parseResults(results)).toEqual(results);
  });

  it('refuses a trace with repairs when it should be strict, and says which', async () => {
    const folder = folderWith({
      ...vhiveFiles([[1]]),
      'memory.csv': lines('HashOwner,HashApp,HashFunction,SampleCount,AverageAllocatedMb'),
    });
    const out = folderWith({});
    const args = [folder, ...ONE, '--out', out, '--strict'];
    const { code, err } = await ran(replayCommand(), ...args);
    expect(code).toBe(2);
    expect(err).toContain('(--strict), found functionsWithoutMemory 1');
    expect(readdirSync(out)).toEqual([]);
  });

  it('takes columns for a trace of files only', async () => {
    const args = ['--columns', 'function=f,time=s,duration=d', ...ONE, '--out', folderWith({})];
    const { code, err } = await ran(replayCommand(), ...args);
    expect([code, err]).toEqual([
      2,
      'guestmem: --columns: expected a trace whose columns they are, found none',
    ]);
  });
});
