import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Checkpoints, identityOf, readCheckpoint } from '../../../src/cli/checkpoint.ts';
import { UsageError } from '../../../src/cli/fault.ts';
import { experimentOf } from '../../../src/cli/asked.ts';
import { smallTrace } from '../../support/traces.ts';
import { testFolder } from '../../support/folder.ts';

const PLAN = { systems: ['scpv-boot', 'mcpv-czone'], seed: 1 };
const IDENTITY = { trace: 'a', program: 'b' };

const pathOf = testFolder();

describe('a file of checkpoints', () => {
  it('holds the last state of each system, of each run', () => {
    const path = pathOf('1.state');
    const written = new Checkpoints({ path, everyMinutes: 10, resume: undefined }, IDENTITY);
    const keeper = written.keeper('the run', PLAN);
    keeper.keep(0, Uint8Array.of(1));
    keeper.keep(1, Uint8Array.of(2));
    keeper.keep(0, Uint8Array.of(3));
    written.keeper('seed 2', PLAN).keep(0, Uint8Array.of(4));
    written.write();
    expect(existsSync(`${path}.next`)).toBe(false);
    const read = new Checkpoints({ path: undefined, everyMinutes: 10, resume: path }, IDENTITY);
    const again = read.keeper('the run', PLAN);
    expect([again.kept(0), again.kept(1)].map((one) => [...(one ?? [])])).toEqual([[3], [2]]);
    expect([...(read.keeper('seed 2', PLAN).kept(0) ?? [])]).toEqual([4]);
    expect(read.keeper('seed 2', PLAN).kept(1)).toBeUndefined();
  });

  it('is there as soon as a first state is', () => {
    const path = pathOf('2.state');
    const written = new Checkpoints({ path, everyMinutes: 10, resume: undefined }, IDENTITY);
    written.keeper('the run', PLAN).keep(0, Uint8Array.of(1));
    expect(readCheckpoint(path, IDENTITY).size).toBe(1);
  });

  it('does not replace a file that is none', () => {
    const path = pathOf('3.state');
    writeFileSync(path, 'start_ms,function,duration_ms\n');
    const make = (): unknown =>
      new Checkpoints({ path, everyMinutes: 10, resume: undefined }, IDENTITY);
    expect(make).toThrow(UsageError);
    expect(readFileSync(path, 'utf8')).toContain('start_ms');
  });
});

describe('a run does not go on from', () => {
  const path = pathOf('4.state');
  new Checkpoints({ path, everyMinutes: 10, resume: undefined }, IDENTITY)
    .keeper('the run', PLAN)
    .keep(0, new Uint8Array(100));

  it.each([
    ['a file that is not there', `${path}.none`, IDENTITY, /found ENOENT/],
    ['a folder', join(path, '..'), IDENTITY, /found EISDIR/],
    ['what is no file', '/dev/null', IDENTITY, /found something that is not a file/],
    ['another trace’s', path, { ...IDENTITY, trace: 'z' }, /expected the same trace \(z\)/],
    ['another program’s', path, { ...IDENTITY, program: 'z' }, /expected the same program/],
  ])('%s', (_what, at, identity, message) => {
    expect(() => readCheckpoint(at, identity)).toThrow(UsageError);
    expect(() => readCheckpoint(at, identity)).toThrow(message);
  });

  it('a damaged one', () => {
    const bytes = readFileSync(path);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1;
    const damaged = `${path}.damaged`;
    writeFileSync(damaged, bytes);
    expect(() => readCheckpoint(damaged, IDENTITY)).toThrow(/the file is damaged/);
  });
});

describe('what must be the same', () => {
  const experiment = experimentOf(undefined, {});
  const trace = smallTrace();
  const identity = identityOf(trace, experiment);

  it('is the trace’s calls, not its name', () => {
    expect(identityOf({ ...trace, name: 'other' }, experiment)).toEqual(identity);
    expect(identityOf(smallTrace(9), experiment).trace).not.toBe(identity.trace);
  });

  it('is the configuration, not where its results go', () => {
    const elsewhere = experimentOf(undefined, { out: 'elsewhere', format: 'json' });
    expect(identityOf(trace, elsewhere)).toEqual(identity);
    const longer = experimentOf(undefined, { keepAlive: '5m' });
    expect(identityOf(trace, longer).configuration).not.toBe(identity.configuration);
    expect(identityOf(trace, longer).program).toBe(identity.program);
  });
});
