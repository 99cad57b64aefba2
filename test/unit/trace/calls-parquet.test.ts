import { join } from 'node:path';
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { readCallsParquet } from '../../../src/trace/calls-parquet.ts';
import { parseColumns } from '../../../src/trace/columns.ts';
import { TraceError } from '../../../src/trace/index.ts';
import { SYSTEM_FILES } from '../../../src/trace/system-files.ts';
import { withRows } from '../../support/trace-folders.ts';
import { folderWith } from '../../support/folder.ts';

const seed = 1;

function fileOf(columnData: ColumnSource[], rowGroupSize = 2): string {
  const content = Buffer.from(parquetWriteBuffer({ columnData, rowGroupSize }));
  return join(folderWith({ 'calls.parquet': content }), 'calls.parquet');
}

const OWN: ColumnSource[] = [
  { name: 'function', data: ['f', 'g', 'f'], type: 'STRING' },
  { name: 'start_ms', data: [70_000.5, 0, 10], type: 'DOUBLE' },
  { name: 'duration_ms', data: [20, 5, 40], type: 'DOUBLE' },
  { name: 'memory_mib', data: [100, null, 200], type: 'DOUBLE', nullable: true },
];

async function messageOf(read: Promise<unknown>): Promise<string> {
  const error: unknown = await read.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TraceError);
  return (error as TraceError).message;
}

describe('calls in Parquet', () => {
  it('are read over row groups like those of a CSV file', async () => {
    const trace = withRows(await readCallsParquet(fileOf(OWN), { seed }));
    expect([...trace.startMs]).toEqual([0, 10, 70_000.5]);
    expect([...trace.durationMs]).toEqual([5, 40, 20]);
    expect(trace.functions).toMatchObject([
      { name: 'f', app: 'f', memoryMib: 150 },
      { name: 'g', memorySource: 'published' },
    ]);
    expect(trace).toMatchObject({ name: 'calls', format: 'calls' });
  });

  it('take a map, integers of 64 bits, and timestamps as dates', async () => {
    const file = fileOf([
      { name: 'fn', data: [7, 8], type: 'INT32' },
      { name: 'at', data: [1_700_000_012_345n, 1_700_000_052_000n], type: 'INT64' },
      { name: 'us', data: [345_000n, 1000n], type: 'INT64' },
    ]);
    const map = parseColumns('end=at,function=fn,duration=us:us');
    const trace = withRows(await readCallsParquet(file, { seed }, map));
    expect([...trace.startMs]).toEqual([32_000, 71_999]);
    expect(trace.functions.map(({ name }) => name)).toEqual(['7', '8']);
    const dates = [1_769_853_609_000n, 1_769_853_660_000n]; // 2026-01-31T10:00:09Z and 10:01
    const stamped = fileOf([
      { name: 'fn', data: ['f', 'f'], type: 'STRING' },
      { name: 'at', data: dates, type: 'TIMESTAMP' },
      { name: 'd', data: [1, 1], type: 'DOUBLE' },
    ]);
    const byDate = parseColumns('time=at,function=fn,duration=d');
    const { startMs } = withRows(await readCallsParquet(stamped, { seed }, byDate));
    expect([...startMs]).toEqual([9000, 60_000]);
  });

  it('that are wrong name the file, the row and the column', async () => {
    const wrong = OWN.map((one) => (one.name === 'start_ms' ? { ...one, data: [0, 1, -2] } : one));
    const file = fileOf(wrong);
    expect(await messageOf(readCallsParquet(file, { seed }))).toBe(
      `${file}, row 3: expected start_ms: a number of 0 or more, found "-2"`,
    );
    const lacking = fileOf(OWN.slice(0, 2));
    expect(await messageOf(readCallsParquet(lacking, { seed }))).toBe(
      `${lacking}: expected a column "duration_ms", found "function,start_ms"`,
    );
  });

  it('that are cut or not Parquet at all are one line', async () => {
    const cut = join(folderWith({ x: 'PAR1 and no more' }), 'x');
    expect(await messageOf(readCallsParquet(cut, { seed }))).toMatch(
      /x: expected a whole Parquet file that can be read, found "[^\n]+"$/,
    );
  });
});

it.each([
  [undefined, [2 / 3, 1]],
  [parseColumns('time=start_ms,function=function,duration=duration_ms'), [1 / 3, 0.5, 5 / 6, 1]],
])('calls tell which share of their rows is read, over both passes: %#', async (map, expected) => {
  const shares: number[] = [];
  const files = { ...SYSTEM_FILES, taken: (_: string, share: number) => void shares.push(share) };
  await readCallsParquet(fileOf(OWN), { seed, files }, map);
  expect(shares.map((share) => share.toFixed(6))).toEqual(expected.map((one) => one.toFixed(6)));
});
