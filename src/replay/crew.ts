// Systems of one replay dealt out to hands that play one at a time. What a hand is, a thread or not, is its maker's affair.

import { ReplayInterrupted } from './replay.ts';
import type { SystemRun } from './run.ts';

/** To a hand: play the system of that index. */
export interface Order {
  readonly index: number;
}

/** From a hand. */
export type Report =
  | { readonly kind: 'progress'; readonly index: number; readonly share: number }
  | { readonly kind: 'done'; readonly index: number; readonly run: SystemRun }
  | { readonly kind: 'failed'; readonly index: number; readonly error: unknown };

export interface Hand {
  give(order: Order): void;
  /** Ends it, whatever it is at; resolves when it is gone. */
  dismiss(): Promise<unknown>;
}

/** Makes a hand whose reports, its own end among them, come to `report`. */
export type Hire = (report: (report: Report) => void) => Hand;

export interface CrewOptions {
  /** Hands; at least one. */
  readonly jobs: number;
  readonly progress?: ((index: number, share: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

interface Outcome {
  readonly settle: (runs: readonly SystemRun[]) => void;
  readonly fail: (error: unknown) => void;
}

/** Who plays what. The first failure in the order of systems is the one that is told, whoever was quicker. */
class Crew {
  readonly #count: number;
  readonly #outcome: Outcome;
  readonly #progress: CrewOptions['progress'];
  readonly #hands: Hand[] = [];
  /** Index by hand. */
  readonly #playing = new Map<Hand, number>();
  readonly #runs: SystemRun[] = [];
  #next = 0;
  #failure: { readonly index: number; readonly error: unknown } | undefined;

  constructor(count: number, { progress }: CrewOptions, outcome: Outcome) {
    this.#count = count;
    this.#progress = progress;
    this.#outcome = outcome;
  }

  hire(hire: Hire): void {
    const hand = hire((report) => this.#hear(hand, report));
    this.#hands.push(hand);
    this.#giveNext(hand);
  }

  async dismiss(): Promise<void> {
    await Promise.all(this.#hands.map((hand) => hand.dismiss()));
  }

  #giveNext(hand: Hand): void {
    this.#playing.delete(hand);
    if (this.#failure !== undefined || this.#next === this.#count) return;
    const index = this.#next;
    this.#next += 1;
    this.#playing.set(hand, index);
    hand.give({ index });
  }

  #hear(hand: Hand, report: Report): void {
    const { index } = report;
    if (this.#playing.get(hand) !== index) return;
    if (report.kind === 'progress') {
      this.#progress?.(index, report.share);
      return;
    }
    if (report.kind === 'done') this.#runs[index] = report.run;
    else if (this.#failure === undefined || index < this.#failure.index) {
      this.#failure = { index, error: report.error };
    }
    this.#giveNext(hand);
    this.#maySettle();
  }

  /** A failure waits for the systems before it, which could still fail. */
  #maySettle(): void {
    const until = this.#failure?.index ?? this.#count;
    const busy = [...this.#playing.values()].some((index) => index < until);
    if (busy) return;
    if (this.#failure === undefined) this.#outcome.settle(this.#runs);
    else this.#outcome.fail(this.#failure.error);
  }
}

/** Plays `count` systems; their runs in order. All hands are gone when it ends, however it ends. */
export async function playAll(
  count: number,
  hire: Hire,
  options: CrewOptions,
): Promise<readonly SystemRun[]> {
  const { jobs, signal } = options;
  if (count === 0) return [];
  let stop: (() => void) | undefined;
  let crew: Crew | undefined;
  try {
    return await new Promise((settle, fail) => {
      stop = () => fail(new ReplayInterrupted('interrupted'));
      if (signal?.aborted === true) stop();
      else signal?.addEventListener('abort', stop);
      crew = new Crew(count, options, { settle, fail });
      for (let hands = Math.min(jobs, count); hands > 0; hands -= 1) crew.hire(hire);
    });
  } finally {
    if (stop !== undefined) signal?.removeEventListener('abort', stop);
    await crew?.dismiss();
  }
}
