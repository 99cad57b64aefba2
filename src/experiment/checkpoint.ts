// The checkpoints of a run: what it can go on from, of every replay and system in it, or what came of them.

import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { whyUnread } from '../check/index.ts';
import { type Pack, UnreadableState, expectSame, isSealed, seal, unseal } from '../graph/index.ts';
import { type Keeper, type RecordSink, type ReplayPlan, startWall } from '../replay/index.ts';
import { OutputError } from '../report/index.ts';
import type { RecordSpool, SpoolMark } from '../report/node.ts';
import type { StatePlace } from './state-file.ts';

const KIND = 'checkpoint of a replay';
/** The quickest of zlib: memory of guests shrinks to a tenth by it, and hardly more by others. */
const LEVEL = 1;
/** Of the time that a run takes, writing has one part of so many. */
const WRITE_SHARE = 10;

/** What is there is none that this run can go on from, or must not be written over. */
export class CheckpointError extends Error {
  override readonly name: string = 'CheckpointError';
}

type Identity = Readonly<Record<string, string>>;
type Parts = ReadonlyMap<string, Uint8Array>;

/** What stands in a place; refused in one line if a run cannot go on from it. */
export function readCheckpoint(from: StatePlace, identity: Identity): Parts {
  let bytes: Uint8Array | undefined;
  try {
    bytes = from.read();
  } catch (error) {
    throw unread(from, whyUnread(error), error);
  }
  if (bytes === undefined) throw unread(from, 'nothing of that name');
  try {
    const { of, parts } = unseal(KIND, bytes);
    expectSame(of, identity);
    return parts;
  } catch (error) {
    if (error instanceof UnreadableState) {
      throw new CheckpointError(`${from.name}: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

function unread({ name }: StatePlace, found: string, cause?: unknown): CheckpointError {
  const message = `${name}: expected a checkpoint to read, found ${found}`;
  return new CheckpointError(message, { cause });
}

/** A piece ends with a whole byte and looks back at none before it, so that all of them are one stream. */
const deflated: Pack = (piece, isLast) => {
  const finishFlush = isLast ? constants.Z_FINISH : constants.Z_SYNC_FLUSH;
  return deflateRawSync(piece, { level: LEVEL, finishFlush });
};

function inflated(part: Uint8Array): Uint8Array {
  try {
    return inflateRawSync(part);
  } catch {
    throw new UnreadableState('expected compressed parts, found other bytes');
  }
}

function markIn(part: Uint8Array): SpoolMark {
  return JSON.parse(new TextDecoder().decode(part)) as SpoolMark;
}

/** Refuses to write over what is no checkpoint. */
function expectOurs(to: StatePlace): void {
  const bytes = to.read();
  if (bytes === undefined || isSealed(bytes)) return;
  throw new CheckpointError(
    `--checkpoint: expected a new file or a checkpoint, found another at ${to.name}`,
  );
}

/** The same before the work, and where none can be written. Throws CheckpointError, OutputError. */
export function expectCheckpointAt(to: StatePlace): void {
  to.expectRoom?.();
  expectOurs(to);
}

export interface CheckpointOptions {
  /** What the run goes on from. */
  readonly from?: StatePlace | undefined;
  /** Where checkpoints are written; undefined: nowhere. */
  readonly to?: StatePlace | undefined;
  /** Of the trace's time. */
  readonly everyMinutes: number;
  /** No state is made sooner after another one, by the clock on the wall. */
  readonly leastMs?: number | undefined;
  /** A checkpoint could not be made. */
  readonly missed: (what: string) => void;
}

/** The states of a run's systems in one place, written when a system has come further. */
export class Checkpoints {
  private readonly _options: CheckpointOptions;
  private readonly _identity: Identity;
  private readonly _parts: Map<string, Uint8Array>;
  private _sinceWritten: (() => number) | undefined;
  private _tookMs = 0;
  private _isChanged = false;
  private _spool: RecordSpool | undefined;

  /** Throws CheckpointError when the run cannot go on from what is there, or must not write over it. */
  constructor(options: CheckpointOptions, identity: Identity) {
    const { from, to } = options;
    this._options = options;
    this._identity = identity;
    this._parts = new Map(from === undefined ? [] : readCheckpoint(from, identity));
    if (to !== undefined) expectOurs(to);
  }

  /** Whether there is anything that the run goes on from. */
  get isResumed(): boolean {
    return this._options.from !== undefined;
  }

  /** For one of the replays that a run consists of. */
  keeper(name: string, { systems }: ReplayPlan): Keeper {
    const key = (index: number): string => `${name}: ${systems[index]}`;
    const { to, everyMinutes, leastMs = 0 } = this._options;
    const elapsedMs = startWall();
    let [dueMs, beganMs] = [leastMs, 0];
    return {
      everyMinutes: to === undefined ? Infinity : everyMinutes,
      isDue: () => {
        beganMs = elapsedMs();
        return leastMs === 0 || beganMs >= dueMs;
      },
      kept: (index) => {
        const part = this._parts.get(key(index));
        return part && inflated(part);
      },
      pack: deflated,
      keep: (index, bytes) => {
        if (to === undefined) return;
        this._parts.set(key(index), bytes);
        this._isChanged = true;
        const isTooSoon = elapsedMs() < leastMs;
        const idleMs = this._sinceWritten?.() ?? Infinity;
        if (!isTooSoon && idleMs >= this._tookMs * WRITE_SHARE) this.write();
        dueMs = elapsedMs() + Math.max(leastMs, (elapsedMs() - beganMs) * WRITE_SHARE);
      },
      missed: (index, { message }) => this._options.missed(`${systems[index]}: ${message}`),
    };
  }

  /** For a replay whose rows of calls go into a spool: what had come of them until a state belongs to it. */
  recorded(
    name: string,
    plan: ReplayPlan,
    spool: RecordSpool,
  ): { readonly keeper: Keeper; readonly records: RecordSink } {
    const keeper = this.keeper(name, plan);
    const key = (system: string): string => `${name}: rows of ${system}`;
    const goOn = (): void => {
      const marks = plan.systems.flatMap((system) => {
        const part = this._parts.get(key(system));
        return part === undefined ? [] : [[system, markIn(part)] as const];
      });
      spool.goOn(new Map(marks));
    };
    const keep: Keeper['keep'] = (index, bytes) => {
      const system = plan.systems[index] as string;
      const mark = spool.markOf(system);
      if (this._options.to !== undefined && mark !== undefined) {
        this._parts.set(key(system), new TextEncoder().encode(JSON.stringify(mark)));
      }
      keeper.keep(index, bytes);
    };
    this._spool = spool;
    goOn();
    const add: RecordSink['add'] = (system, rows) => spool.add(system, rows);
    return { keeper: { ...keeper, keep }, records: { add, restart: goOn } };
  }

  /** All or nothing: what was there stays until the new one is whole. */
  write(): void {
    const { to } = this._options;
    if (to === undefined || !this._isChanged) return;
    const elapsedMs = startWall();
    try {
      this._spool?.sync();
      to.write(seal({ kind: KIND, of: this._identity, parts: this._parts }));
      this._isChanged = false;
      this._spool?.forgetEarlier();
    } catch (error) {
      if (!(error instanceof OutputError)) throw error;
      this._options.missed(error.message);
    }
    this._tookMs = elapsedMs();
    this._sinceWritten = startWall();
  }
}
