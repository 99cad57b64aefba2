import { cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { OutputError } from '../../../src/report/output-error.ts';
import { RecordSpool, type SpoolMark } from '../../../src/report/spool.ts';
import { emptyFolder } from '../../support/folder.ts';
import { recordRows } from '../../support/report.ts';

let folder = '';
let spool: RecordSpool;
beforeEach(() => {
  folder = emptyFolder();
  spool = new RecordSpool(folder);
});
afterEach(() => {
  spool.close();
});

it('gives back what came, of each system for itself, as often as it is asked', () => {
  const [one, two, other] = [recordRows(3), recordRows(1000), recordRows(2)];
  spool.add('a', one);
  spool.add('b', other);
  spool.add('a', two);
  expect([...spool.rowsOf('a')]).toEqual([one, two]);
  expect([...spool.rowsOf('a')]).toEqual([one, two]);
  expect([...spool.rowsOf('b')]).toEqual([other]);
  expect([...spool.rowsOf('none')]).toEqual([]);
});

it('forgets all when everything is played again', () => {
  spool.add('a', recordRows(5));
  spool.restart();
  expect(readdirSync(folder)).toEqual([]);
  spool.add('a', recordRows(2));
  expect([...spool.rowsOf('a')]).toEqual([recordRows(2)]);
});

it('goes on from a mark: what came later is gone, what comes now follows', () => {
  const [one, two, late] = [recordRows(3), recordRows(4), recordRows(5)];
  spool.add('a', one);
  const mark = spool.markOf('a')!;
  spool.add('a', late);
  spool.add('b', late);
  spool.sync();
  spool.goOn(new Map([['a', mark]]));
  spool.add('a', two);
  spool.add('c', late);
  expect([...spool.rowsOf('a')]).toEqual([one, two]);
  expect([...spool.rowsOf('b')]).toEqual([]);
  expect([...spool.rowsOf('c')]).toEqual([late]);
  expect(spool.markOf('none')).toBeUndefined();
});

it('refuses rows that are not those of the mark', () => {
  spool.add('a', recordRows(3));
  const mark = spool.markOf('a')!;
  const path = join(folder, mark.name);
  const bytes = readFileSync(path);
  bytes[5] = bytes[5]! ^ 1;
  for (const other of [bytes, bytes.subarray(0, 8)]) {
    writeFileSync(path, other);
    expect(() => spool.goOn(new Map([['a', mark]]))).toThrow(OutputError);
  }
  rmSync(path);
  expect(() => spool.goOn(new Map([['a', mark]]))).toThrow('expected the rows that belong');
});

it('is kept in a folder that stays, or is taken to another one', () => {
  const [here, there] = [join(folder, 'here'), join(folder, 'there')];
  const kept = RecordSpool.kept(here, undefined);
  kept.add('a', recordRows(3));
  const marks = new Map([['a', kept.markOf('a')!]]);
  kept.close();
  for (const place of [here, there]) {
    const again = RecordSpool.kept(place, here);
    again.goOn(marks);
    expect([...again.rowsOf('a')]).toEqual([recordRows(3)]);
    again.close();
  }
});

/** Rows of two systems in a place that stays. */
function marksIn(place: string, rows: number): Map<string, SpoolMark> {
  const made = RecordSpool.kept(place, undefined);
  for (const system of ['a', 'b']) made.add(system, recordRows(rows));
  const marks = new Map(['a', 'b'].map((system) => [system, made.markOf(system)!]));
  made.close();
  return marks;
}

it.each([false, true])(
  'leaves the rows of an earlier state until another is in its place, also where it takes those of a third: %s',
  (isTaking) => {
    const [here, there] = [join(folder, 'here'), join(folder, 'there')];
    const earlier = marksIn(here, 3);
    const third = isTaking ? marksIn(there, 5) : new Map<string, SpoolMark>();
    const next = RecordSpool.kept(here, isTaking ? there : undefined);
    next.goOn(third);
    next.add('a', recordRows(7));
    const marks = new Map([...third, ['a', next.markOf('a')!]]);
    next.goOn(marks);
    const wanted = isTaking ? [recordRows(5), recordRows(7)] : [recordRows(7)];
    expect([...next.rowsOf('a')]).toEqual(wanted);

    const other = join(folder, 'other');
    cpSync(here, other, { recursive: true });
    const old = RecordSpool.kept(other, other);
    old.goOn(earlier);
    expect([...old.rowsOf('b')]).toEqual([recordRows(3)]);
    old.close();

    next.forgetEarlier();
    expect([...next.rowsOf('a')]).toEqual(wanted);
    expect(readdirSync(here).length).toBe(isTaking ? 2 : 1);
    next.close();
  },
);
