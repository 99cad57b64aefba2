// The file of a replay's checkpoints: what it can go on from, of every run and system in it, or what came of them.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { KIB } from '../abi/unit.ts';
import { type Experiment, mapsOf, planOf } from '../experiment/index.ts';
import { UnreadableState, expectSame, isSealed, seal, unseal } from '../graph/index.ts';
import { type Keeper, type ReplayPlan, coreVersion, startWall } from '../replay/index.ts';
import { OutputError } from '../report/index.ts';
import { expectRoom, replaceFile } from '../report/node.ts';
import type { Trace } from '../trace/index.ts';
import { UsageError } from './fault.ts';
import { complain } from './terminal.ts';

const KIND = 'checkpoint of a replay';
/** The quickest of zlib: memory of guests shrinks to a tenth by it, and hardly more by others. */
const LEVEL = 1;
/** Of the time that a run takes, writing has one part of so many. */
const WRITE_SHARE = 10;
/** Digits of a fingerprint: nobody makes two on purpose. */
const DIGITS = 16;

function fingerprint(parts: Iterable<string | Uint8Array>): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex').slice(0, DIGITS);
}

/** What a trace has for a replay, whatever its files are called and wherever they lie. */
function* traceParts({
  functions,
  calls,
  spanMs,
  sessions = [],
}: Trace): Iterable<string | Uint8Array> {
  yield JSON.stringify([functions, spanMs, calls.kind]);
  for (const [name, part] of [...Object.entries(calls), ...sessions.entries()]) {
    yield String(name);
    yield* bytesOf(part);
  }
}

function* bytesOf(part: unknown): Iterable<string | Uint8Array> {
  if (ArrayBuffer.isView(part)) {
    yield new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
  } else if (part instanceof Map) yield JSON.stringify([...part]);
  else if (typeof part === 'object' && part !== null) {
    for (const one of Object.values(part)) yield* bytesOf(one);
  } else yield JSON.stringify(part) ?? '';
}

/** The program's own files: another build of it may hold its state in another way. */
function* programParts(): Iterable<string | Uint8Array> {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const own = import.meta.url.slice(-3);
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' });
  for (const name of names.filter((one) => one.endsWith(own)).toSorted()) {
    yield name;
    yield readFileSync(join(root, name));
  }
}

/** What must be the same where a run goes on, each with its fingerprint. */
export function identityOf(trace: Trace, experiment: Experiment): Record<string, string> {
  const { seeds, outputs } = experiment;
  const configuration = JSON.stringify([
    planOf(experiment),
    mapsOf(experiment),
    seeds,
    outputs.sensitivity,
  ]);
  const cores = (['release', 'release-llfree'] as const).map((build) => coreVersion(build).hash);
  return {
    trace: fingerprint(traceParts(trace)),
    configuration: fingerprint([configuration]),
    program: fingerprint(programParts()),
    core: cores.join('-'),
  };
}

/** What stands in a file; refused in one line if a run cannot go on from it. */
export function readCheckpoint(
  path: string,
  identity: Readonly<Record<string, string>>,
): ReadonlyMap<string, Uint8Array> {
  try {
    const { of, parts } = unseal(KIND, readFileSync(path));
    expectSame(of, identity);
    return parts;
  } catch (error) {
    if (error instanceof UnreadableState) throw new UsageError(`${path}: ${error.message}`);
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code !== '') throw new UsageError(`${path}: expected a checkpoint to read, found ${code}`);
    throw error;
  }
}

function inflated(path: string, part: Uint8Array): Uint8Array {
  try {
    return inflateRawSync(part);
  } catch {
    throw new UsageError(`${path}: expected compressed parts, found other bytes`);
  }
}

/** Room that is looked for before the work: the first checkpoint of a small run. */
const USUAL_BYTES = 256 * KIB;

/** Refuses to write over what is no checkpoint, and where none can be written. Throws UsageError, OutputError. */
export function expectCheckpointAt(path: string): void {
  expectRoom(path, USUAL_BYTES);
  if (!existsSync(path)) return;
  if (isSealed(readFileSync(path))) return;
  throw new UsageError(
    `--checkpoint: expected a new file or a checkpoint, found another at ${path}`,
  );
}

export interface CheckpointAsked {
  /** Where checkpoints are written; undefined: nowhere. */
  readonly path: string | undefined;
  readonly everyMinutes: number;
  /** What the run goes on from. */
  readonly resume: string | undefined;
}

/** The states of a run's systems in one file, written when a system has come further. */
export class Checkpoints {
  private readonly _asked: CheckpointAsked;
  private readonly _identity: Readonly<Record<string, string>>;
  private readonly _parts: Map<string, Uint8Array>;
  private _sinceWritten: (() => number) | undefined;
  private _tookMs = 0;
  private _isChanged = false;

  /** Throws UsageError when the run cannot go on from what is there, or must not write over it. */
  constructor(asked: CheckpointAsked, identity: Readonly<Record<string, string>>) {
    const { path, resume } = asked;
    this._asked = asked;
    this._identity = identity;
    this._parts = new Map(resume === undefined ? [] : readCheckpoint(resume, identity));
    if (path !== undefined) expectCheckpointAt(path);
  }

  /** For one of the replays that a run consists of. */
  keeper(name: string, { systems }: ReplayPlan): Keeper {
    const key = (index: number): string => `${name}: ${systems[index]}`;
    const { path, resume, everyMinutes } = this._asked;
    return {
      everyMinutes: path === undefined ? Infinity : everyMinutes,
      kept: (index) => {
        const part = this._parts.get(key(index));
        return part && inflated(resume ?? path ?? '', part);
      },
      keep: (index, bytes) => {
        if (path === undefined) return;
        this._parts.set(key(index), deflateRawSync(bytes, { level: LEVEL }));
        this._isChanged = true;
        const idleMs = this._sinceWritten?.() ?? Infinity;
        if (idleMs >= this._tookMs * WRITE_SHARE) this.write();
      },
      missed: (index, { message }) => {
        complain(`guestmem: no checkpoint of ${systems[index]} this time: ${message}`);
      },
    };
  }

  /** All or nothing: the file that was there stays until the new one is whole. Where there is no room the run goes on without. */
  write(): void {
    const { path } = this._asked;
    if (path === undefined || !this._isChanged) return;
    const elapsedMs = startWall();
    const bytes = seal({ kind: KIND, of: this._identity, parts: this._parts });
    try {
      replaceFile(path, bytes);
    } catch (error) {
      if (!(error instanceof OutputError)) throw error;
      complain(`guestmem: no checkpoint this time: ${error.message}`);
    }
    this._isChanged = false;
    this._tookMs = elapsedMs();
    this._sinceWritten = startWall();
  }
}
