// A progress bar on stderr, only where somebody watches.

import cliProgress from 'cli-progress';
import { MS_PER_S } from '../abi/unit.ts';
import { startWall } from '../replay/index.ts';
import { shortTime } from './jobs-progress.ts';

export interface Progress {
  update(system: string, share: number): void;
  stop(): void;
}

const SILENT: Progress = { update: () => {}, stop: () => {} };

const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** How long it took so far, how long it will take at this speed, and how many things a second that is. */
export function paceText(done: number, share: number, elapsedMs: number, what: string): string {
  if (share <= 0 || elapsedMs <= 0) return shortTime(elapsedMs);
  const left = shortTime((elapsedMs * (1 - share)) / share);
  return `${shortTime(elapsedMs)}, ${left} left, ${WHOLE.format((done * MS_PER_S) / elapsedMs)} ${what}/s`;
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
  return {
    update(system, share) {
      shares.set(system, share);
      const done = [...shares.values()].reduce((sum, one) => sum + one, 0);
      const pace = paceText(done * calls, done / systems, elapsedMs(), 'calls');
      bar.update(done, { system, pace });
    },
    stop: () => bar.stop(),
  };
}
