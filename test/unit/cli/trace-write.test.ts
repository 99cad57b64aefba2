import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { UsageError } from '../../../src/cli/fault.ts';
import { convertCommand, sampleCommand, synthCommand } from '../../../src/cli/trace-write.ts';
import { OutputError } from '../../../src/report/index.ts';
import { openTrace } from '../../../src/trace/index.ts';
import { CALL_FILE, SESSION_FILES, makeVhive } from '../../support/trace-folders.ts';
import { folderWith } from '../../support/folder.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Runs a command; what it says on stdout. */
async function run(command: Command, ...args: string[]): Promise<string> {
  let said = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
  await command.parseAsync(args, { from: 'user' });
  return said;
}

describe('guestmem trace convert', () => {
  it('writes the form that is asked for, and says which files', async () => {
    const out = folderWith({});
    const said = await run(convertCommand(), makeVhive([[2, 3]]), '--to', 'calls', '--out', out);
    expect(said.split('\n')[0]).toBe(`wrote ${join(out, 'calls.csv')}`);
    expect(openTrace(out, { seed: 1 })).toMatchObject({ format: 'calls', invocations: 5 });
  });

  it('tells what was repaired, and refuses it when it should be strict', async () => {
    const out = folderWith({});
    const args = [folderWith(CALL_FILE), '--to', 'calls', '--out', out];
    expect(await run(convertCommand(), ...args)).toBe(
      `wrote ${join(out, 'calls.csv')}\n` +
        'trace: memory of 1 of 2 functions is drawn from the published distribution\n',
    );
    const strict = join(out, 'strict');
    for (const command of [convertCommand(), sampleCommand()]) {
      const again = [args[0] as string, '--to', 'calls', '--strict', '--out', strict];
      await expect(run(command, ...again)).rejects.toThrow(
        'expected a trace without repairs (--strict), found functionsWithoutMemory 1',
      );
    }
    expect(existsSync(strict)).toBe(false);
  });

  it('replaces its own file, never another without --force', async () => {
    const out = folderWith({});
    const args = [folderWith(CALL_FILE), '--to', 'calls', '--out', out];
    await run(convertCommand(), ...args);
    await run(convertCommand(), ...args, '--minutes', '1');
    expect(openTrace(out, { seed: 1 }).invocations).toBe(2);
    const theirs = folderWith({ 'invocations.csv': 'theirs' });
    const over = [makeVhive([[1]]), '--to', 'vhive', '--out', theirs];
    await expect(run(convertCommand(), ...over)).rejects.toThrow(OutputError);
    expect(readFileSync(join(theirs, 'invocations.csv'), 'utf8')).toBe('theirs');
    await run(convertCommand(), ...over, '--force');
    expect(openTrace(theirs, { seed: 1 }).invocations).toBe(1);
  });

  it('that fails leaves no folder behind', async () => {
    const out = join(folderWith({}), 'new');
    const to = ['--to', 'calls', '--out', out];
    const bad = folderWith({ 'calls.csv': 'function,start_ms,duration_ms\nf,x,1\n' });
    await expect(run(convertCommand(), bad, ...to)).rejects.toThrow('line 2, column 2');
    const sessions = folderWith(SESSION_FILES);
    await expect(run(convertCommand(), sessions, ...to)).rejects.toThrow(
      'trace: expected a trace of calls',
    );
    expect(existsSync(out)).toBe(false);
  });
});

describe('guestmem trace sample', () => {
  it('writes counts as vHive and rows as calls, if nothing else is asked for', async () => {
    const counts = folderWith({});
    const window = ['--minutes', '1-3', '--functions', '1'];
    await run(
      sampleCommand(),
      makeVhive([
        [1, 2, 3],
        [0, 0, 0],
      ]),
      ...window,
      '--out',
      counts,
    );
    expect(readdirSync(counts)).toEqual(['durations.csv', 'invocations.csv', 'memory.csv']);
    expect(openTrace(counts, { seed: 1 })).toMatchObject({ invocations: 5, spanMs: 120_000 });
    const rows = folderWith({});
    await run(sampleCommand(), folderWith(CALL_FILE), '--share', '0.5', '--out', rows);
    expect(readdirSync(rows)).toEqual(['calls.csv']);
  });

  it('says so when it has fewer functions than it was to have', async () => {
    const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const folder = folderWith({});
    await run(sampleCommand(), makeVhive([[1], [2]]), '--functions', '9', '--out', folder);
    expect(told.mock.calls.map(([text]) => text)).toEqual([
      'guestmem: --functions 9: 2 are called in the window, and the sample has them all\n',
    ]);
  });

  it.each([
    [['--minutes', '5'], '--minutes: expected FROM-TO'],
    [['--minutes', '2-9'], '--minutes: expected a whole number'],
    [['--share', '0'], '--share: expected a number above 0'],
    [['--share', '.5', '--functions', '2'], '--share: expected no --functions'],
    [['--functions', '0'], '--functions: expected a whole number'],
    [['--to', 'calls,vhive'], '--to: expected one of calls, parquet, vhive'],
    [['--out', ''], '--out: expected a folder'],
  ])('refuses %j and writes nothing', async (flags, said) => {
    const out = join(folderWith({}), 'new');
    const sample = run(sampleCommand(), makeVhive([[1, 2, 3]]), '--out', out, ...flags);
    await expect(sample).rejects.toThrow(UsageError);
    await expect(sample).rejects.toThrow(said);
    expect(existsSync(out)).toBe(false);
  });
});

describe('guestmem trace synth', () => {
  it('writes a shape, the same bytes at the same seed', async () => {
    const [one, two] = [folderWith({}), folderWith({})];
    const shape = ['--shape', 'many', '--functions', '5', '--minutes', '3', '--rate', '50'];
    for (const out of [one, two]) await run(synthCommand(), ...shape, '--out', out);
    for (const name of readdirSync(one)) {
      expect(readFileSync(join(one, name))).toEqual(readFileSync(join(two, name)));
    }
    expect(openTrace(one, { seed: 1 }).functions).toHaveLength(5);
  });

  it.each([
    [['--shape', 'mny'], '--shape: expected one of many, popular, bursts, diurnal'],
    [['--shape', 'many', '--busy', '4'], '--busy: expected no such option for shape many'],
    [['--shape', 'popular', '--rate', '4'], '--rate: expected no such option for shape popular'],
    [['--shape', 'many', '--functions', '1000000'], '--functions: expected 1 to 100000'],
  ])('refuses %j', async (flags, said) => {
    const out = join(folderWith({}), 'new');
    await expect(run(synthCommand(), ...flags, '--out', out)).rejects.toThrow(said);
    expect(existsSync(out)).toBe(false);
  });
});
