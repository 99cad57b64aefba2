import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  CheckpointError,
  type CheckpointOptions,
  Checkpoints,
  readCheckpoint,
} from '../../../src/experiment/checkpoint.ts';
import { stateFile } from '../../../src/experiment/state-file.ts';
import { UnwritableState } from '../../../src/graph/index.ts';
import type { Keeper } from '../../../src/replay/index.ts';
import { OutputError } from '../../../src/report/index.ts';
import { RecordSpool } from '../../../src/report/node.ts';
import { testFolder } from '../../support/folder.ts';
import { recordRows } from '../../support/report.ts';

const PLAN = { systems: ['scpv-boot', 'mcpv-czone'], seed: 1 };
const IDENTITY = { trace: 'a', program: 'b' };

const pathOf = testFolder();

function placeAt(path: string | undefined): CheckpointOptions['to'] {
  return path === undefined ? undefined : stateFile(path);
}

/** Written to a file, or gone on from there. */
function opened(
  paths: { to?: string; from?: string },
  more: Partial<CheckpointOptions> = {},
): Checkpoints {
  const [to, from] = [placeAt(paths.to), placeAt(paths.from)];
  return new Checkpoints({ to, from, everyMinutes: 10, missed: () => {}, ...more }, IDENTITY);
}

/** As a replay does it: each piece is packed as soon as it is there. */
function keep(keeper: Keeper, index: number, ...pieces: readonly number[]): void {
  const packed = pieces.map((byte, at) => {
    const isLast = at === pieces.length - 1;
    return [...(keeper.pack?.(Uint8Array.of(byte), isLast) ?? [])];
  });
  keeper.keep(index, Uint8Array.from(packed.flat()));
}

describe('a file of checkpoints', () => {
  it('holds a state whole that was packed in pieces', () => {
    const path = pathOf('pieces.state');
    keep(opened({ to: path }).keeper('the run', PLAN), 0, 7, 8, 9);
    const kept = opened({ from: path }).keeper('the run', PLAN).kept(0);
    expect([...(kept ?? [])]).toEqual([7, 8, 9]);
  });

  it('holds the last state of each system, of each run', () => {
    const path = pathOf('1.state');
    const written = opened({ to: path });
    const keeper = written.keeper('the run', PLAN);
    keep(keeper, 0, 1);
    keep(keeper, 1, 2);
    keep(keeper, 0, 3);
    keep(written.keeper('seed 2', PLAN), 0, 4);
    written.write();
    expect(existsSync(`${path}.next`)).toBe(false);
    const read = opened({ from: path });
    const again = read.keeper('the run', PLAN);
    expect([again.kept(0), again.kept(1)].map((one) => [...(one ?? [])])).toEqual([[3], [2]]);
    expect([...(read.keeper('seed 2', PLAN).kept(0) ?? [])]).toEqual([4]);
    expect(read.keeper('seed 2', PLAN).kept(1)).toBeUndefined();
  });

  it('is there as soon as a first state is', () => {
    const path = pathOf('2.state');
    const written = opened({ to: path });
    written.keeper('the run', PLAN).keep(0, Uint8Array.of(1));
    expect(readCheckpoint(stateFile(path), IDENTITY).size).toBe(1);
  });

  it('does not replace a file that is none', () => {
    const path = pathOf('3.state');
    writeFileSync(path, 'start_ms,function,duration_ms\n');
    const make = (): unknown => opened({ to: path });
    expect(make).toThrow(CheckpointError);
    expect(readFileSync(path, 'utf8')).toContain('start_ms');
  });
});

describe('a run does not go on from', () => {
  const path = pathOf('4.state');
  opened({ to: path }).keeper('the run', PLAN).keep(0, new Uint8Array(100));

  it.each([
    ['a file that is not there', `${path}.none`, IDENTITY, /found nothing of that name/],
    ['a folder', join(path, '..'), IDENTITY, /found a folder/],
    ['what is no file', '/dev/null', IDENTITY, /found something that is not a file/],
    ['another trace’s', path, { ...IDENTITY, trace: 'z' }, /expected the same trace \(z\)/],
    ['another program’s', path, { ...IDENTITY, program: 'z' }, /expected the same program/],
  ])('%s', (_what, at, identity, message) => {
    expect(() => readCheckpoint(stateFile(at), identity)).toThrow(CheckpointError);
    expect(() => readCheckpoint(stateFile(at), identity)).toThrow(message);
  });

  it('a damaged one', () => {
    const bytes = readFileSync(path);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] as number) ^ 1;
    const damaged = `${path}.damaged`;
    writeFileSync(damaged, bytes);
    expect(() => readCheckpoint(stateFile(damaged), IDENTITY)).toThrow(/the file is damaged/);
  });
});

it('a checkpoint that cannot be written is told, and the run goes on', () => {
  const told: string[] = [];
  const place = {
    name: 'a place',
    read: () => undefined,
    write: () => {
      throw new OutputError('a place', 'no space left on the device');
    },
  };
  const missed = (what: string): void => void told.push(what);
  const keeper = opened({}, { to: place, missed }).keeper('the run', PLAN);
  keeper.keep(0, Uint8Array.of(1));
  keeper.missed(1, new UnwritableState('why'));
  expect(told).toEqual(['a place: no space left on the device', 'mcpv-czone: why']);
});

it('no state is due sooner than asked for after the last one', () => {
  const now = opened({ to: pathOf('5.state') }).keeper('the run', PLAN);
  const later = opened({ to: pathOf('6.state') }, { leastMs: 1e9 }).keeper('the run', PLAN);
  expect([now.isDue?.(), later.isDue?.()]).toEqual([true, false]);
  later.keep(0, Uint8Array.of(1));
  expect(existsSync(pathOf('6.state'))).toBe(false);
});

describe('rows of calls', () => {
  const folder = pathOf('rows');
  const path = pathOf('7.state');
  const [first, second, lost] = [recordRows(3), recordRows(5), recordRows(7)];

  function begun(): { spool: RecordSpool } & ReturnType<Checkpoints['recorded']> {
    const spool = RecordSpool.kept(folder, undefined);
    return { spool, ...opened({ to: path }).recorded('the run', PLAN, spool) };
  }

  it('that came after the last state come again where the run goes on', () => {
    const { spool, keeper, records } = begun();
    records.add('scpv-boot', first);
    records.add('scpv-boot', second);
    keeper.keep(0, Uint8Array.of(1));
    records.add('scpv-boot', lost);
    records.add('mcpv-czone', lost);
    spool.close();
    const again = RecordSpool.kept(folder, folder);
    opened({ from: path, to: path }).recorded('the run', PLAN, again);
    expect([...again.rowsOf('scpv-boot')]).toEqual([first, second]);
    expect([...again.rowsOf('mcpv-czone')]).toEqual([]);
  });

  it('go back to the last states when systems are played again', () => {
    const { spool, keeper, records } = begun();
    records.add('mcpv-czone', first);
    keeper.keep(1, Uint8Array.of(1));
    records.add('mcpv-czone', lost);
    records.restart();
    expect([...spool.rowsOf('mcpv-czone')]).toEqual([first]);
  });
});
