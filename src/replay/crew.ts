// Systems of one replay dealt out to hands that play one at a time. What a hand is, a thread or not, is its maker's affair.

import type { RecordRows } from '../report/index.ts';
import type { RecordSink } from './recorder.ts';
import { UnwritableState } from '../graph/index.ts';
import { type Keeper, ReplayInterrupted } from './replay.ts';
import type { Outcome, SystemRun } from './run.ts';

/** To a hand: play the system of that index. */
export interface Order {
  readonly index: number;
  /** What it goes on from. */
  readonly kept?: Uint8Array | undefined;
}

/** To a hand: keep what you have, and end. */
export interface Stop {
  readonly stop: true;
}

/** To a hand: what it kept is kept. Until then it makes no other state, or they would queue up. */
export interface Taken {
  readonly taken: true;
}

/** From a hand. */
export type Report =
  | { readonly kind: 'progress'; readonly index: number; readonly share: number }
  /** Rows of its calls. */
  | {
      readonly kind: 'records';
      readonly index: number;
      readonly system: string;
      readonly rows: RecordRows;
    }
  | { readonly kind: 'kept'; readonly index: number; readonly bytes: Uint8Array }
  | { readonly kind: 'missed'; readonly index: number; readonly message: string }
  | { readonly kind: 'done'; readonly index: number; readonly run: SystemRun }
  | { readonly kind: 'failed'; readonly index: number; readonly error: unknown }
  /** It has ended by itself, and with it what it was playing. */
  | { readonly kind: 'gone'; readonly error: unknown };

export interface Hand {
  give(order: Order | Stop | Taken): void;
  /** Ends it, whatever it is at; resolves when it is gone. */
  dismiss(): Promise<unknown>;
}

/** Makes a hand whose reports, its own end among them, come to `report`. */
export type Hire = (report: (report: Report) => void) => Hand;

export interface CrewOptions {
  /** Hands; at least one. */
  readonly jobs: number;
  readonly progress?: ((index: number, share: number) => void) | undefined;
  readonly records?: RecordSink['add'] | undefined;
  readonly signal?: AbortSignal | undefined;
  /** With one, hands that are stopped keep what they have first. */
  readonly keeper?: Keeper | undefined;
}

/** Who plays what. A system that fails leaves the others alone, so that what comes of all does not depend on who was quicker. */
class Crew {
  private readonly _count: number;
  private readonly _hire: Hire;
  private readonly _settle: (outcomes: readonly Outcome[]) => void;
  private readonly _progress: CrewOptions['progress'];
  private readonly _records: CrewOptions['records'];
  private readonly _keeper: Keeper | undefined;
  private readonly _hands: Hand[] = [];
  /** Index by hand. */
  private readonly _playing = new Map<Hand, number>();
  private readonly _outcomes: Outcome[] = [];
  private _next = 0;
  private _stopped: (() => void) | undefined;
  private _ended = 0;

  constructor(
    count: number,
    hire: Hire,
    { progress, records, keeper }: CrewOptions,
    settle: (outcomes: readonly Outcome[]) => void,
  ) {
    this._count = count;
    this._hire = hire;
    this._progress = progress;
    this._records = records;
    this._keeper = keeper;
    this._settle = settle;
  }

  hire(): void {
    const hand = this._hire((report) => this._hear(hand, report));
    this._hands.push(hand);
    this._giveNext(hand);
  }

  /** From now on nobody plays: a hand that goes is not replaced. */
  async dismiss(): Promise<void> {
    this._playing.clear();
    await Promise.all(this._hands.map((hand) => hand.dismiss()));
  }

  /** Hands keep what they have; `stopped` when the last has. */
  stop(stopped: () => void): void {
    this._stopped = stopped;
    if (this._playing.size === 0) stopped();
    for (const hand of this._playing.keys()) hand.give({ stop: true });
  }

  private _giveNext(hand: Hand): void {
    this._playing.delete(hand);
    if (this._stopped !== undefined && this._playing.size === 0) this._stopped();
    if (this._next === this._count || this._stopped !== undefined) return;
    const index = this._next;
    this._next += 1;
    this._playing.set(hand, index);
    hand.give({ index, kept: this._keeper?.kept(index) });
  }

  private _hear(hand: Hand, report: Report): void {
    const index = this._playing.get(hand);
    if (index === undefined || (report.kind !== 'gone' && report.index !== index)) return;
    if (report.kind === 'progress') {
      this._progress?.(index, report.share);
      return;
    }
    if (report.kind === 'records') {
      this._records?.(report.system, report.rows);
      return;
    }
    if (report.kind === 'kept') {
      const bytes = this._keeper?.pack?.(report.bytes, true) ?? report.bytes;
      this._keeper?.keep(index, bytes);
      hand.give({ taken: true });
      return;
    }
    if (report.kind === 'missed') {
      this._keeper?.missed(index, new UnwritableState(report.message));
      return;
    }
    this._outcomes[index] = report.kind === 'done' ? { run: report.run } : { error: report.error };
    this._ended += 1;
    if (report.kind === 'gone') this._replace(hand);
    else this._giveNext(hand);
    if (this._ended === this._count) this._settle(this._outcomes);
  }

  private _replace(hand: Hand): void {
    this._playing.delete(hand);
    if (this._stopped !== undefined) {
      if (this._playing.size === 0) this._stopped();
    } else if (this._next < this._count) this.hire();
  }
}

/** Plays `count` systems; what came of each, in order. All hands are gone when it ends, however it ends. */
export async function playAll(
  count: number,
  hire: Hire,
  options: CrewOptions,
): Promise<readonly Outcome[]> {
  const { jobs, signal } = options;
  if (count === 0) return [];
  let stop: (() => void) | undefined;
  let crew: Crew | undefined;
  try {
    return await new Promise((settle, fail) => {
      const interrupted = (): void => fail(new ReplayInterrupted('interrupted'));
      stop = () => (options.keeper === undefined ? interrupted() : crew?.stop(interrupted));
      if (signal?.aborted === true) interrupted();
      else signal?.addEventListener('abort', stop);
      const records: CrewOptions['records'] = (system, rows) => {
        try {
          options.records?.(system, rows);
        } catch (error) {
          fail(error); // nobody else hears what is thrown where messages come in
        }
      };
      crew = new Crew(count, hire, { ...options, records }, settle);
      for (let hands = Math.min(jobs, count); hands > 0; hands -= 1) crew.hire();
    });
  } finally {
    if (stop !== undefined) signal?.removeEventListener('abort', stop);
    await crew?.dismiss();
  }
}
