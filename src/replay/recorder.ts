// One row for each call that counts, when it begins or is refused: how it began, and what its start and the call took. Rows go in
// batches to somebody else, so that a run holds few of them.

import type { CALL_KINDS, RECORD_COLUMNS, RecordRows } from '../report/index.ts';
import type { WarmPool } from './warm-pool.ts';

const KINDS: typeof CALL_KINDS = ['cold', 'warm', 'queued', 'refused'];
type Kind = (typeof CALL_KINDS)[number];

/** Times are milliseconds on the run's clock. */
const COLUMNS: typeof RECORD_COLUMNS = [
  'atMs',
  'function',
  'how',
  'queueMs',
  'startupMs',
  'sandboxMs',
  'newVm',
  'durationMs',
  'heldUpMs',
];

type Column = keyof RecordRows;

/** Takes rows as a system plays. */
export interface RecordSink {
  /** Some rows more of a system, in the order of its calls. */
  add(system: string, rows: RecordRows): void;
  /** What came so far is void: all is played again. */
  restart(): void;
}

/** Some 100 ms of a replay's work, and half a MiB. */
const BATCH_ROWS = 8192;

/** What is known of a call before it begins. */
export interface Begun {
  readonly how: Kind;
  readonly atMs: number;
  readonly queueMs: number;
  readonly startupMs: number;
  readonly sandboxMs: number;
  readonly newVm: boolean;
}

/** Of a call that finds a container. */
export function found(how: Kind, atMs: number, queueMs = 0): Begun {
  return { how, atMs, queueMs, startupMs: 0, sandboxMs: 0, newVm: false };
}

function emptyBatch(): Record<Column, Float64Array> {
  const columns = COLUMNS.map((name) => [name, new Float64Array(BATCH_ROWS)]);
  return Object.fromEntries(columns) as Record<Column, Float64Array>;
}

/** What of the pool a row needs. */
type Pool = Pick<WarmPool, 'isMeasured' | 'functionId' | 'durationMs'>;

export class Recorder {
  private readonly _pool: Pool;
  private readonly _give: (rows: RecordRows) => void;
  /** By slot of the pool: the call that its container was taken or started for, until it begins. */
  private readonly _begun = new Map<number, Begun>();
  private _batch = emptyBatch();
  private _rows = 0;

  constructor(pool: Pool, give: (rows: RecordRows) => void) {
    this._pool = pool;
    this._give = give;
  }

  /** A container has a call now. */
  assign(slot: number, begun: Begun): void {
    this._begun.set(slot, begun);
  }

  /** Its call begins, or never will: then nothing held it up. */
  begin(slot: number, heldUpMs = 0): void {
    const begun = this._begun.get(slot);
    this._begun.delete(slot);
    if (begun === undefined || !this._pool.isMeasured(slot)) return;
    const functionId = this._pool.functionId(slot);
    this._write(begun, [functionId, this._pool.durationMs(slot), heldUpMs]);
  }

  refuse(functionId: number, durationMs: number, atMs: number): void {
    this._write(found('refused', atMs), [functionId, durationMs, 0]);
  }

  private _write(
    { how, newVm, ...times }: Begun,
    [functionId, durationMs, heldUpMs]: readonly [number, number, number],
  ): void {
    const row: Readonly<Record<Column, number>> = {
      ...times,
      how: KINDS.indexOf(how),
      newVm: Number(newVm),
      function: functionId,
      durationMs,
      heldUpMs,
    };
    for (const name of COLUMNS) this._batch[name][this._rows] = row[name];
    this._rows += 1;
    if (this._rows === BATCH_ROWS) this._flush();
  }

  /** Calls that have not begun will not any more. */
  finish(): void {
    for (const slot of this._begun.keys()) this.begin(slot);
    this._flush();
  }

  private _flush(): void {
    if (this._rows === 0) return;
    const { length } = this._batch.atMs;
    const batch = this._batch;
    const rows = this._rows;
    this._batch = emptyBatch();
    this._rows = 0;
    if (rows === length) this._give(batch);
    else {
      const short = COLUMNS.map((name) => [name, batch[name].slice(0, rows)]);
      this._give(Object.fromEntries(short) as RecordRows);
    }
  }
}
