// A progress bar on stderr, only where somebody watches.

import cliProgress from 'cli-progress';
import { MS_PER_S } from '../abi/unit.ts';
import { startWall } from '../replay/index.ts';
import { formatNumber } from '../report/index.ts';
import { shortTime } from './jobs-progress.ts';

export interface Progress {
  update(system: string, share: number): void;
  /** Another run of all systems begins, of so many in all, with so many calls. */
  again(runs: number, calls: number): void;
  stop(): void;
}

const SILENT: Progress = { update: () => {}, again: () => {}, stop: () => {} };

/** Rates below have digits behind the point. */
const SLOW = 10;
const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** How many things are done, and which share of all that is. */
export interface Done {
  readonly done: number;
  readonly share: number;
  /** What is counted. */
  readonly what: string;
}

/** How long it took so far, how long it will take at the speed of this step, and how many things a second that is. */
export function paceText(
  { done, share, what }: Done,
  elapsedMs: number,
  stepMs: number = elapsedMs,
): string {
  if (share <= 0 || stepMs <= 0) return shortTime(elapsedMs);
  const left = shortTime((stepMs * (1 - share)) / share);
  const rate = (done * MS_PER_S) / stepMs;
  const fast = rate < SLOW ? formatNumber(rate) : WHOLE.format(rate);
  return `${shortTime(elapsedMs)}, ${left} left, ${fast} ${what}/s`;
}

/** What is played: so many systems, each with so many calls. */
export interface Amount {
  readonly systems: number;
  readonly calls: number;
}

/** A bar over all systems of a run, or nothing when stderr is not a terminal. */
export function startProgress({ systems, calls }: Amount, quiet: boolean): Progress {
  if (quiet || !process.stderr.isTTY) return SILENT;
  const bar = new cliProgress.SingleBar({
    format: '{bar} {percentage} % {pace} {system}',
    barsize: 20,
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
  });
  const elapsedMs = startWall();
  bar.start(systems, 0, { system: '', pace: '' });
  const shares = new Map<string, number>();
  // systems that runs before this one have played, calls that they had, systems of all runs, calls of this one
  let [before, played, total, callsNow] = [0, 0, systems, calls];
  return {
    again(runs, callsThen) {
      before += systems;
      played += systems * callsNow;
      [total, callsNow] = [runs * systems, callsThen];
      shares.clear();
      bar.setTotal(total);
    },
    update(system, share) {
      shares.set(system, share);
      const now = [...shares.values()].reduce((sum, one) => sum + one, 0);
      const done = before + now;
      const pace = paceText(
        { done: played + now * callsNow, share: done / total, what: 'calls' },
        elapsedMs(),
      );
      bar.update(done, { system, pace });
    },
    stop: () => bar.stop(),
  };
}
