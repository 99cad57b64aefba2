/** What a command does with an error: one line on stderr, and an exit code. */

import { CommanderError } from 'commander';
import { describe, expect, it } from 'vitest';

import {
  exitCodeOf,
  Interrupted,
  JobsMissing,
  SystemsMissing,
  UsageError,
} from '../../../src/cli/fault.ts';
import { RecordingError } from '../../../src/recording/index.ts';
import { GuestOutOfMemory, HostOutOfMemory, TooManyGuests } from '../../../src/replay/index.ts';
import { TraceError } from '../../../src/trace/index.ts';

async function end(error: unknown): Promise<[number, string[]]> {
  const lines: string[] = [];
  return [await exitCodeOf(error, (line) => lines.push(line)), lines];
}

describe('an error of the caller', () => {
  it.each([
    [new UsageError('no such system'), 'guestmem: no such system'],
    [
      new TraceError({ file: 'a.csv', line: 3, expected: 'a count', found: '"x"' }),
      'guestmem: a.csv, line 3: expected a count, found "x"',
    ],
    [new RecordingError('trace.txt', 1, 'x', 'y'), 'guestmem: trace.txt:1: expected x, found y'],
  ])('ends with code 2 and one line: %s', async (error, line) => {
    expect(await end(error)).toEqual([2, [line]]);
  });

  it('is a place that the system refuses to write to, such as a full folder of temporaries', async () => {
    const errors = [
      { code: 'ENOSPC', syscall: 'write' },
      { code: 'EROFS', syscall: 'mkdtemp', path: '/tmp/x' },
    ].map((fields) => Object.assign(new Error(fields.code), fields));
    expect(await end(errors[0])).toEqual([
      2,
      ['guestmem: a file that was begun: no space left on the device'],
    ]);
    expect(await end(errors[1])).toEqual([2, ['guestmem: /tmp/x: a read-only file system']]);
    const read = Object.assign(new Error('EACCES'), { code: 'EACCES', syscall: 'open', path: 'x' });
    await expect(end(read)).rejects.toBe(read);
  });

  it('that the parser of arguments has said already is not said again', async () => {
    expect(await end(new CommanderError(1, 'x', 'said'))).toEqual([2, []]);
    expect(await end(new CommanderError(0, 'help', 'help'))).toEqual([0, []]);
  });
});

describe('other ends', () => {
  it('as many threads or processes as there may be end with 1 and one line', async () => {
    const [thread, program, other] = [
      { code: 'ERR_WORKER_INIT_FAILED' },
      { code: 'EAGAIN', syscall: 'spawnSync apt-get' },
      { code: 'EAGAIN', syscall: 'read' },
    ].map((fields) => Object.assign(new Error(fields.code), fields));
    const line = 'guestmem: too many threads and processes: raise their limit (ulimit -u)';
    expect(await end(thread)).toEqual([1, [line]]);
    expect(await end(program)).toEqual([1, [line]]);
    await expect(end(other)).rejects.toBe(other);
  });

  it('jobs without results end with 1 and a line each, as long as they are few', async () => {
    expect(await end(new JobsMissing(['a: why', 'b: why']))).toEqual([
      1,
      ['guestmem: a: why', 'guestmem: b: why'],
    ]);
    const [code, lines] = await end(new JobsMissing(Array<string>(500).fill('a: why')));
    expect([code, lines.length, lines.at(-1)]).toEqual([
      1,
      21,
      'guestmem: … 500 jobs have no results in all',
    ]);
  });

  it('an interrupt ends with 130 and says that nothing was written', async () => {
    const error = new Interrupted('SIGINT');
    expect(await end(error)).toEqual([130, ['guestmem: interrupted, nothing was written']]);
  });

  it('no room for another guest ends with 1 and the limit', async () => {
    const error = new TooManyGuests(12_000, new RangeError('Out of memory'));
    expect(await end(error)).toEqual([1, [`guestmem: ${error.message}`]]);
  });

  it('a guest without memory ends with 1', async () => {
    const error = Object.create(GuestOutOfMemory.prototype, {
      message: { value: 'guest out of memory' },
    }) as Error;
    expect(await end(error)).toEqual([1, ['guestmem: guest out of memory']]);
  });

  it('systems that are missing end with 1 and a line each; a defect among them keeps its stack', async () => {
    const full = new HostOutOfMemory(2, 1, 0);
    const crowd = new TooManyGuests(12_000, new RangeError('Out of memory'));
    const missing = [
      { system: 'a', error: full },
      { system: 'b', error: crowd },
    ];
    expect(await end(new SystemsMissing(missing))).toEqual([
      1,
      [`guestmem: a: ${full.message} (--host-memory)`, `guestmem: b: ${crowd.message}`],
    ]);
    const defect = new TypeError('x is not a function');
    const broken = new SystemsMissing([...missing, { system: 'c', error: defect }]);
    await expect(end(broken)).rejects.toBe(defect);
  });

  it('a defect of the program keeps its stack', async () => {
    const defect = new TypeError('x is not a function');
    await expect(end(defect)).rejects.toBe(defect);
    await expect(end('a string')).rejects.toBe('a string');
  });
});
