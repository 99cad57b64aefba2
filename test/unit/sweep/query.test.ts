import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parquetWith } from '../../../src/report/index.ts';
import { QueryError, query, tablesIn } from '../../../src/sweep/query.ts';
import { folderWith } from '../../support/folder.ts';

function folder(): string {
  const made = folderWith({ 'other.txt': '' });
  const columns = [
    { name: 'system', kind: 'text' as const, cells: ['a', 'b', 'a'] },
    { name: 'seed', kind: 'whole' as const, cells: [1, 2, 3] },
    { name: 'ms', kind: 'real' as const, cells: [1.5, 2.5, 3.5] },
  ];
  writeFileSync(join(made, "it's.parquet"), parquetWith({ name: 'x', columns }, []));
  writeFileSync(join(made, 'sweep.parquet'), parquetWith({ name: 'x', columns }, []));
  return made;
}

describe('a query', () => {
  it('asks the tables of a folder by the names of their files', async () => {
    const made = folder();
    expect(tablesIn(made)).toEqual(["it's", 'sweep']);
    const sql =
      'SELECT system, avg(ms) AS mean, max(seed) AS last FROM sweep GROUP BY 1 ORDER BY 1';
    expect(await query(made, sql)).toEqual({
      columns: ['system', 'mean', 'last'],
      rows: [
        ['a', 2.5, 3],
        ['b', 2.5, 2],
      ],
    });
    expect((await query(made, 'SELECT count(*) AS n FROM "it\'s"')).rows).toEqual([[3]]);
    const large = 'SELECT 9007199254740993 AS n, 9007199254740991 AS m';
    expect((await query(made, large)).rows).toEqual([['9007199254740993', 9007199254740991]]);
  });

  it('that has no answer is one line, with the tables that there are', async () => {
    const failed = query(folder(), 'SELECT * FROM sweeep');
    await expect(failed).rejects.toThrow(QueryError);
    await expect(failed).rejects.toThrow(
      /^[^\n]*sweeep does not exist[^\n]* \(tables: it's, sweep\)$/,
    );
  });

  it('leaves alone what is no file beside the tables', async () => {
    const place = folder();
    mkdirSync(join(place, 'folder.parquet'));
    symlinkSync('nowhere', join(place, 'link.parquet'));
    writeFileSync(join(place, '._sweep.parquet'), 'x');
    expect(tablesIn(place)).toEqual(["it's", 'sweep']);
  });

  it('needs tables', async () => {
    const empty = folderWith({});
    await expect(query(empty, 'SELECT 1')).rejects.toThrow(
      /expected Parquet tables .*, found none$/,
    );
    await expect(query(join(empty, 'none'), 'SELECT 1')).rejects.toThrow(
      /none: expected a folder, found nothing of that name$/,
    );
  });
});

it('a query tells how far it is while it is asked, as far as DuckDB counts its rows', async () => {
  const told: [number, number][] = [];
  const onAsked = (done: number, total: number): void => void told.push([done, total]);
  const sql = `SELECT count(*) AS n FROM range(3000000) a(i), range(100) b(j), sweep WHERE hash(i + j) % 7 = 0`;
  const { rows } = await query(folder(), sql, onAsked);
  expect(rows).toHaveLength(1);
  expect(told.every(([done, total]) => done >= 0 && done <= Math.max(total, 0))).toBe(true);
});
