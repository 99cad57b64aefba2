import { describe, expect, it } from 'vitest';
import { type CrewOptions, type Hire, type Report, playAll } from '../../../src/replay/crew.ts';
import { type Keeper, ReplayInterrupted } from '../../../src/replay/index.ts';
import type { Outcome, SystemRun } from '../../../src/replay/run.ts';

function runOf(index: number): SystemRun {
  return { name: `system ${index}` } as SystemRun;
}

/** Keeps states in a list; of each system its index is kept. */
function keeperOf(kept: unknown[]): Keeper {
  return {
    everyMinutes: 1,
    kept: (index) => Uint8Array.of(index),
    keep: (index, bytes) => void kept.push([index, bytes]),
    missed: (index, { message }) => void kept.push([index, message]),
  };
}

/** Hands that do nothing by themselves: a test says what each reports, and when. */
class Hands {
  readonly orders: number[] = [];
  readonly #reports = new Map<number, (report: Report) => void>();
  readonly begins: (Uint8Array | undefined)[] = [];
  stops = 0;
  taken = 0;
  hired = 0;
  dismissed = 0;

  readonly hire: Hire = (report) => {
    this.hired += 1;
    return {
      give: (order) => {
        if ('stop' in order) {
          this.stops += 1;
          return;
        }
        if ('taken' in order) {
          this.taken += 1;
          return;
        }
        this.orders.push(order.index);
        this.begins.push(order.kept);
        this.#reports.set(order.index, report);
      },
      dismiss: async () => {
        this.dismissed += 1;
      },
    };
  };

  say(report: Exclude<Report, { kind: 'gone' }>): void {
    this.#reports.get(report.index)?.(report);
  }

  /** The hand that plays a system ends. */
  end(index: number): void {
    this.#reports.get(index)?.({ kind: 'gone', error: new Error(`gone ${index}`) });
  }

  done(index: number): void {
    this.say({ kind: 'done', index, run: runOf(index) });
  }

  fail(index: number): void {
    this.say({ kind: 'failed', index, error: new Error(`failed ${index}`) });
  }
}

function play(
  count: number,
  options: CrewOptions,
): { hands: Hands; played: Promise<readonly Outcome[]> } {
  const hands = new Hands();
  const played = playAll(count, hands.hire, options);
  // looked at later: no fault of a test's
  played.catch(() => {});
  return { hands, played };
}

function noRoom(): void {
  throw new Error('no room');
}

describe('a crew', () => {
  it('gives a hand that is done the next system, and has the runs in the order of systems', async () => {
    const { hands, played } = play(4, { jobs: 2 });
    expect(hands.orders).toEqual([0, 1]);
    hands.done(1);
    hands.done(2);
    hands.done(3);
    expect(hands.orders).toEqual([0, 1, 2, 3]);
    hands.done(0);
    expect(await played).toEqual([0, 1, 2, 3].map((index) => ({ run: runOf(index) })));
    expect([hands.hired, hands.dismissed]).toEqual([2, 2]);
  });

  it('hires no more hands than there are systems, and none for none', async () => {
    expect(play(2, { jobs: 8 }).hands.hired).toBe(2);
    const { hands, played } = play(0, { jobs: 8 });
    expect(await played).toEqual([]);
    expect(hands.hired).toBe(0);
  });

  it('plays on when one fails, and tells what came of each', async () => {
    const { hands, played } = play(4, { jobs: 2 });
    hands.fail(1);
    hands.done(2);
    hands.fail(0);
    hands.done(3);
    expect(await played).toEqual([
      { error: new Error('failed 0') },
      { error: new Error('failed 1') },
      { run: runOf(2) },
      { run: runOf(3) },
    ]);
    expect([hands.hired, hands.dismissed]).toEqual([2, 2]);
  });

  it('hires another hand for one that has ended, as long as there are systems', async () => {
    const { hands, played } = play(3, { jobs: 1 });
    hands.end(0);
    hands.end(0);
    expect(hands.orders).toEqual([0, 1]);
    hands.done(1);
    hands.end(2);
    expect(await played).toEqual([
      { error: new Error('gone 0') },
      { run: runOf(1) },
      { error: new Error('gone 2') },
    ]);
    expect([hands.hired, hands.dismissed]).toEqual([2, 2]);
  });

  it('passes rows on, of what is being played only', () => {
    const seen: string[] = [];
    const records = (system: string): void => void seen.push(system);
    const { hands } = play(2, { jobs: 1, records });
    const rows = {} as never;
    hands.say({ kind: 'records', index: 0, system: 'a', rows });
    hands.done(0);
    hands.say({ kind: 'records', index: 0, system: 'late', rows });
    hands.say({ kind: 'records', index: 1, system: 'b', rows });
    expect(seen).toEqual(['a', 'b']);
  });

  it('ends when nobody can take its rows', async () => {
    const { hands, played } = play(1, { jobs: 1, records: noRoom });
    hands.say({ kind: 'records', index: 0, system: 'a', rows: {} as never });
    await expect(played).rejects.toThrow('no room');
    expect(hands.dismissed).toBe(1);
  });

  it('passes progress on, of what is being played only', () => {
    const seen: unknown[] = [];
    const progress = (index: number, share: number): void => void seen.push([index, share]);
    const { hands } = play(2, { jobs: 1, progress });
    hands.say({ kind: 'progress', index: 0, share: 0.5 });
    hands.done(0);
    hands.say({ kind: 'progress', index: 0, share: 1 });
    hands.say({ kind: 'progress', index: 1, share: 0.1 });
    expect(seen).toEqual([
      [0, 0.5],
      [1, 0.1],
    ]);
  });

  it.each(['before', 'during'])(
    'is interrupted %s its work, and leaves nobody behind',
    async (when) => {
      const stop = new AbortController();
      if (when === 'before') stop.abort();
      const { hands, played } = play(3, { jobs: 2, signal: stop.signal });
      stop.abort();
      await expect(played).rejects.toThrow(ReplayInterrupted);
      expect(hands.dismissed).toBe(hands.hired);
    },
  );

  it('does not replace hands that end because they were dismissed', async () => {
    const stop = new AbortController();
    const { hands, played } = play(4, { jobs: 2, signal: stop.signal });
    stop.abort();
    await expect(played).rejects.toThrow(ReplayInterrupted);
    hands.end(0);
    hands.end(1);
    expect([hands.orders, hands.hired]).toEqual([[0, 1], 2]);
  });

  it('gives a system the state that is kept of it, and passes new states on', () => {
    const kept: unknown[] = [];
    const keeper = keeperOf(kept);
    const { hands } = play(2, { jobs: 2, keeper });
    expect(hands.begins).toEqual([Uint8Array.of(0), Uint8Array.of(1)]);
    hands.say({ kind: 'kept', index: 1, bytes: Uint8Array.of(9) });
    hands.say({ kind: 'missed', index: 0, message: 'root.a: a function' });
    expect(hands.taken).toBe(1);
    expect(kept).toEqual([
      [1, Uint8Array.of(9)],
      [0, 'root.a: a function'],
    ]);
  });

  it('is interrupted when its hands have kept what they have, if states are kept', async () => {
    const kept: unknown[] = [];
    const stop = new AbortController();
    const { hands, played } = play(3, { jobs: 2, signal: stop.signal, keeper: keeperOf(kept) });
    stop.abort();
    expect([hands.stops, hands.dismissed]).toEqual([2, 0]);
    hands.say({ kind: 'kept', index: 0, bytes: Uint8Array.of(9) });
    hands.fail(0);
    hands.end(1);
    await expect(played).rejects.toThrow(ReplayInterrupted);
    expect([kept.length, hands.orders, hands.hired]).toEqual([1, [0, 1], 2]);
  });
});
