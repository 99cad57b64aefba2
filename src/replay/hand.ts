// One hand of a crew: plays the systems it is told to and reports. It is at the other end of a port, so errors go as records.

import { HandleEnded, RefusedArgument } from '../check/index.ts';
import { UnreadableState } from '../graph/index.ts';
import {
  GuestOutOfMemory,
  GuestTooLarge,
  HostOutOfMemory,
  TooManyGuests,
  useCore,
} from '../serverless/index.ts';
import type { CompiledCore } from '../serverless/index.ts';
import type { Trace } from '../trace/index.ts';
import type { Order, Report, Stop, Taken } from './crew.ts';
import { type ReplayPlan, optionsOf } from './plan.ts';
import type { RecordSink } from './recorder.ts';
import { type Keeper, ReplayInterrupted, type ReplayOptions, replay } from './replay.ts';
import type { SystemRun } from './run.ts';

/** What every hand of a crew has. */
export interface HandData {
  readonly trace: Trace;
  readonly plan: ReplayPlan;
  readonly core: CompiledCore;
  /** Rows of calls are wanted. */
  readonly isRecorded: boolean;
  /** States are wanted, each time that so many minutes have passed; undefined: none are. */
  readonly everyMinutes?: number | undefined;
  /** ReplayOptions.guestBytes. */
  readonly guestBytes?: number | undefined;
}

/** An error as plain data: a copy of one in another thread has lost its class. */
export interface ErrorRecord {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  /** Its own figures and words. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/**
 * Classes that somebody above asks for, under the names of their errors: bundling may change those of classes. Their constructors are
 * not called: what they say is said already.
 */
const KINDS: Readonly<Record<string, { readonly prototype: Error }>> = {
  GuestOutOfMemory,
  GuestTooLarge,
  HandleEnded,
  HostOutOfMemory,
  RefusedArgument,
  ReplayInterrupted,
  TooManyGuests,
  UnreadableState,
};

export function recordOf(thrown: unknown): ErrorRecord {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const { name, message, stack } = error;
  const own = Object.entries(error).filter(([, value]) => /number|string/.test(typeof value));
  return { name, message, stack, fields: Object.fromEntries(own) };
}

export function errorOf({ name, message, stack, fields }: ErrorRecord): Error {
  const error = Object.assign(new Error(message), { name, ...fields });
  if (stack !== undefined) error.stack = stack;
  const Kind = KINDS[name];
  return Kind === undefined ? error : (Object.setPrototypeOf(error, Kind.prototype) as Error);
}

/** The side of a port that a hand sees. */
export interface HandPort {
  on(event: 'message', listener: (order: Order | Stop | Taken) => void): unknown;
  postMessage(report: Report): void;
}

/** Keeps a hand's states at the other end of its port, one after another: another is due when the last was taken. */
class FarKeeper implements Keeper {
  readonly everyMinutes: number;
  private readonly _port: HandPort;
  private _order: Order = { index: 0 };
  private _isUnderWay = false;

  constructor(port: HandPort, everyMinutes: number) {
    this._port = port;
    this.everyMinutes = everyMinutes;
  }

  /** States are of that system from now on. */
  begin(order: Order): this {
    this._order = order;
    return this;
  }

  taken(): void {
    this._isUnderWay = false;
  }

  isDue(): boolean {
    return !this._isUnderWay;
  }

  kept(): Uint8Array | undefined {
    return this._order.kept;
  }

  keep(_: number, bytes: Uint8Array): void {
    this._isUnderWay = true;
    this._port.postMessage({ kind: 'kept', index: this._order.index, bytes });
  }

  missed(_: number, { message }: Error): void {
    this._port.postMessage({ kind: 'missed', index: this._order.index, message });
  }
}

async function play(
  order: Order,
  data: HandData,
  port: HandPort,
  heard: Pick<ReplayOptions, 'keeper' | 'signal'>,
): Promise<Report> {
  const { index } = order;
  const { trace, plan, core, guestBytes } = data;
  useCore('release', core);
  try {
    const systems = plan.systems.slice(index, index + 1);
    const progress = (_: string, share: number): void =>
      port.postMessage({ kind: 'progress', index, share });
    const records: RecordSink = {
      add: (system, rows) => port.postMessage({ kind: 'records', index, system, rows }),
      restart: () => {}, // one system in one thread is not played again
    };
    const run = await replay(trace, {
      ...optionsOf({ ...plan, systems }),
      progress,
      records: data.isRecorded ? records : undefined,
      guestBytes,
      ...heard,
    });
    return { kind: 'done', index, run: run.systems[0] as SystemRun };
  } catch (error) {
    return { kind: 'failed', index, error: recordOf(error) };
  }
}

/** Plays what comes through the port. */
export function serve(port: HandPort, data: HandData): void {
  const stop = new AbortController();
  const { everyMinutes } = data;
  const keeper = everyMinutes === undefined ? undefined : new FarKeeper(port, everyMinutes);
  port.on('message', (order) => {
    if ('stop' in order) stop.abort();
    else if ('taken' in order) keeper?.taken();
    else {
      const heard = { keeper: keeper?.begin(order), signal: stop.signal };
      void play(order, data, port, heard).then((report) => port.postMessage(report));
    }
  });
}
