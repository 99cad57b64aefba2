import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RecordSpool } from '../../../src/report/spool.ts';
import { recordRows } from '../../support/report.ts';

let folder = '';
let spool: RecordSpool;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'guestmem-spool-'));
  spool = new RecordSpool(folder);
});
afterEach(() => {
  spool.close();
  rmSync(folder, { recursive: true });
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
