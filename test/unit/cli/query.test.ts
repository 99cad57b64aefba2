import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { queryCommand } from '../../../src/cli/query.ts';
import { parquetWith } from '../../../src/report/index.ts';
import { ran } from '../../support/command.ts';
import { folderWith } from '../../support/folder.ts';

const folder = folderWith({});
const columns = [{ name: 'n', kind: 'real' as const, cells: [1, 2, 3] }];
writeFileSync(join(folder, 'runs.parquet'), parquetWith({ name: 'runs', columns }, []));

describe('guestmem query', () => {
  it('prints rows as a table or as JSON', async () => {
    const text = await ran(queryCommand(), folder, 'SELECT n, NULL AS x FROM runs WHERE n > 1');
    expect(text).toEqual({ code: 0, out: 'n  x\n2\n3\n\n2 rows\n', err: '' });
    const json = await ran(queryCommand(), folder, 'SELECT sum(n) AS s FROM runs', '--json');
    expect(JSON.parse(json.out)).toEqual([{ s: 6 }]);
  });

  it('ends a wrong one with one line and code 2', async () => {
    const { code, out, err } = await ran(queryCommand(), folder, 'SELEC 1');
    expect([code, out]).toEqual([2, '']);
    expect(err).toMatch(/^guestmem: .*syntax error.*\(tables: runs\)$/);
  });
});
