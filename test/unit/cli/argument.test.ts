import { describe, expect, it } from 'vitest';
import {
  choice,
  columns,
  duration,
  fileToWrite,
  frames,
  minutes,
  named,
  policy,
  systemNames,
  wholeNumber,
} from '../../../src/cli/argument.ts';
import { UsageError } from '../../../src/cli/fault.ts';
import { SYSTEMS } from '../../../src/replay/index.ts';

describe('options', () => {
  it('reads whole numbers', () => {
    expect(wholeNumber('--seed', '0', 0)).toBe(0);
    for (const text of ['', '-1', '1.5', '1e3', 'x', '99999999999999999999']) {
      expect(() => wholeNumber('--seed', text, 0)).toThrow(UsageError);
    }
    expect(() => wholeNumber('--minutes', '0', 1)).toThrow(
      '--minutes: expected a whole number from 1 on, found "0"',
    );
  });

  it('knows a file by its name, and a folder by a slash behind it', () => {
    expect(fileToWrite('--out', 'a/b.svg')).toEqual({ folder: 'a', name: 'b.svg' });
    expect(fileToWrite('--out', 'b.svg')).toEqual({ folder: '.', name: 'b.svg' });
    for (const path of ['', '.', '..', 'a/..', 'b.svg/', 'a//', '/']) {
      expect(() => fileToWrite('--out', path)).toThrow(`--out: expected a file, found "${path}"`);
    }
  });

  it('takes a map of columns as it is if it can be read, or none', () => {
    const map = 'time=t:s,function=f,duration=d';
    expect(columns(map)).toBe(map);
    expect(columns(undefined)).toBeUndefined();
    expect(() => columns('time=t')).toThrow(UsageError);
    expect(() => columns('tim=t')).toThrow(/^--columns: expected .* \(did you mean time\?\)/);
  });

  it('reads times with their unit', () => {
    expect(duration('--keep-alive', '10m')).toBe(600_000);
    expect(duration('--keep-alive', '500ms')).toBe(500);
    expect(duration('--keep-alive', '1.5h')).toBe(5_400_000);
    for (const text of ['10', 'm', '10 m', '-1s', '10d']) {
      expect(() => duration('--keep-alive', text)).toThrow(/10m or 1h/);
    }
  });

  it('refuses times and sizes that are no numbers any more, in a short line', () => {
    const long = `${'9'.repeat(400)}`;
    for (const unit of ['ms', 'h']) {
      expect(() => duration('--keep-alive', long + unit)).toThrow(/at most 876000h.*9…"$/);
      expect(() => duration('--keep-alive', long + unit)).toThrow(/^.{1,160}$/);
    }
    expect(duration('--keep-alive', '876000h')).toBe(3.1536e12);
    expect(() => frames('--host-memory', `${long}GiB`)).toThrow(/^.{1,160}$/);
  });

  it('reads sizes with their unit, in frames', () => {
    expect(frames('--host-memory', '384GiB')).toBe(384 * 262_144);
    expect(frames('--host-memory', '1.5TiB')).toBe(1.5 * 1024 * 262_144);
    expect(frames('--host-memory', '4KiB')).toBe(1);
    for (const text of ['', '384', '384G', '384GB', '-1GiB', '0GiB', '3KiB', '1e3GiB', ' 1GiB']) {
      expect(() => frames('--host-memory', text)).toThrow(
        `--host-memory: expected a size such as 512MiB, 384GiB or 1.5TiB, found "${text}"`,
      );
    }
  });

  it('take the text of a policy that there is, and say which option has another', () => {
    const list = [{ name: 'timed', create: (time = '1s') => wholeNumber('', time, 1) }];
    expect(policy('--p', 'timed:5', list)).toBe('timed:5');
    expect(() => policy('--p', 'x', list)).toThrow(UsageError);
    expect(() => policy('--p', 'x', list)).toThrow('--p: expected a policy of timed, found "x"');
    expect(() => policy('--p', 'tined:5', list)).toThrow(
      '--p: expected a policy of timed (did you mean timed?), found "tined:5"',
    );
  });

  it('reads minutes', () => {
    expect(minutes('--warmup', '2.5')).toBe(2.5);
    expect(() => minutes('--warmup', '-1')).toThrow(UsageError);
  });

  it('takes one of several words', () => {
    expect(choice('--order', 'lifo', ['fifo', 'lifo'])).toBe('lifo');
    expect(() => choice('--order', 'lif', ['fifo', 'lifo'])).toThrow(
      '--order: expected one of fifo, lifo (did you mean lifo?), found "lif"',
    );
  });

  it('reads names of systems with what they are to be told, and takes all when none is given', () => {
    const all = SYSTEMS.map(({ name }) => name);
    expect(systemNames('--system', undefined)).toEqual(all);
    expect(systemNames('--system', 'all')).toEqual(all);
    const text = 'mcpv-reporting:0/1s, mcpv-reporting, scpv-boot';
    expect(systemNames('--system', text)).toEqual([
      'mcpv-reporting:0/1s',
      'mcpv-reporting',
      'scpv-boot',
    ]);
    expect(() => systemNames('--system', 'scpv-boot,nope')).toThrow(
      /^--system: expected a system of scpv-boot, .*, found "nope"$/,
    );
    expect(() => systemNames('--system', 'scpv-boot:1')).toThrow(UsageError);
    expect(() => systemNames('--system', 'scpv-boot,scpv-boot')).toThrow(
      '--system: expected each system once, found "scpv-boot"',
    );
  });

  it('finds entries of a list by name, in the order asked for', () => {
    const list = [{ name: 'a' }, { name: 'b' }, { name: 'c' }];
    const find = (text: string | undefined): string =>
      named('--letter', text, list, { one: 'letter', many: 'letters' })
        .map(({ name }) => name)
        .join();
    expect(find('c, a')).toBe('c,a');
    expect(find(undefined)).toBe('a,b,c');
    expect(() => find('a,nope')).toThrow('--letter: expected letters of a, b, c, found "nope"');
    expect(() => find('')).toThrow(/found ""/);
    expect(() => find('A')).toThrow(/of a, b, c \(did you mean a\?\), found "A"$/);
    expect(() => find('a,a')).toThrow('--letter: expected each letter once, found "a"');
  });
});
