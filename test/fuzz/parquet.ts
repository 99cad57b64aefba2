// Parquet files of calls with faults in them: a trace that holds together, or one line that says what is wrong.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import { type Fuzzer, Tally } from './fuzzer.ts';
import { Folders, readOrRefused, withBits } from './reading.ts';

const ROWS = 12;
/** The length of the footer and the magic number: what lies before them says where all else lies. */
const TAIL_BYTES = 8;

function column(
  name: string,
  type: 'STRING' | 'DOUBLE' | 'INT64',
  of: (row: number) => unknown,
): ColumnSource {
  const data = Array.from({ length: ROWS }, (_, row) => of(row));
  return { name, type, data: data as never, nullable: type === 'DOUBLE' };
}

function file(
  codec: 'SNAPPY' | 'UNCOMPRESSED',
  rowGroupSize: number,
  columns: ColumnSource[],
): Uint8Array {
  return new Uint8Array(parquetWriteBuffer({ columnData: columns, codec, rowGroupSize }));
}

const own = [
  column('function', 'STRING', (row) => `f${row % 3}`),
  column('app', 'STRING', (row) => `a${row % 2}`),
  column('start_ms', 'DOUBLE', (row) => row * 1000),
  column('duration_ms', 'DOUBLE', (row) => 5 + row),
  column('memory_mib', 'DOUBLE', (row) => (row % 4 === 0 ? null : 64)),
];
const others = [
  column('fn', 'STRING', (row) => `f${row % 3}`),
  column('ts', 'INT64', (row) => BigInt(1_700_000_000_000 + row)),
  column('took', 'DOUBLE', (row) => 1 + row),
];

interface Good {
  readonly bytes: Uint8Array;
  readonly columns?: string;
}

const GOOD: Readonly<Record<string, Good>> = {
  snappy: { bytes: file('SNAPPY', ROWS, own) },
  plain: { bytes: file('UNCOMPRESSED', 5, own) },
  columns: { bytes: file('SNAPPY', 7, others), columns: 'time=ts,function=fn,duration=took' },
};

/** Faults where they hurt: mostly in the footer, which says how much is where. */
const place = fc.record({ isFooter: fc.nat(3).map((one) => one > 0), at: fc.nat(2 ** 20) });
const fault = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('bit' as const), place, value: fc.nat(7) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('byte' as const), place, value: fc.nat(255) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('cut' as const), place, value: fc.nat(40) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('twice' as const), place, value: fc.nat(40) }),
  },
);
type Fault = typeof fault extends fc.Arbitrary<infer T> ? T : never;

function footerBytes(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const said = bytes.length < TAIL_BYTES ? 0 : view.getUint32(bytes.length - TAIL_BYTES, true);
  return Math.min(bytes.length, said + TAIL_BYTES);
}

function spliced(bytes: Uint8Array, at: number, cut: number, put: Uint8Array): Uint8Array {
  return Uint8Array.from([...bytes.subarray(0, at), ...put, ...bytes.subarray(at + cut)]);
}

function withFault(bytes: Uint8Array, { kind, place: { isFooter, at }, value }: Fault): Uint8Array {
  if (bytes.length === 0) return bytes;
  const length = isFooter ? Math.max(1, footerBytes(bytes)) : bytes.length;
  const offset = bytes.length - length + (at % length);
  if (kind === 'bit') return withBits(bytes, [8 * offset + value]);
  if (kind === 'byte') return spliced(bytes, offset, 1, Uint8Array.of(value));
  if (kind === 'cut') return spliced(bytes, offset, value, new Uint8Array());
  return spliced(bytes, offset, 0, bytes.subarray(offset, offset + value));
}

const damage = fc.record({
  form: fc.constantFrom(...Object.keys(GOOD)),
  faults: fc.array(fault, { maxLength: 3 }),
});

export const parquet: Fuzzer = {
  name: 'parquet',
  sentence: 'A damaged Parquet file of calls is read whole or refused in one line.',
  cases: 400,
  night: 100_000,
  create: () => {
    const forms = Object.keys(GOOD);
    const tally = new Tally(forms.flatMap((name) => [`${name} read`, `${name} refused`]));
    let inputs = 0;
    const folders = new Folders();
    const property = fc.asyncProperty(damage, async ({ form, faults }) => {
      const { bytes, columns } = GOOD[form] as Good;
      const at = path.join(folders.of('parquet', {}), 'calls.parquet');
      writeFileSync(at, faults.reduce(withFault, bytes));
      tally.add(`${form} ${await readOrRefused(at, columns === undefined ? {} : { columns })}`);
      inputs += 1;
    });
    return {
      property,
      missing: tally.missing,
      tried: () => ({ parquet: inputs }),
      close: () => folders.close(),
    };
  },
};
