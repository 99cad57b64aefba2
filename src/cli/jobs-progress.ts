// Progress over the jobs of a sweep: a bar where somebody watches, now and then a line where a log does.

import cliProgress from 'cli-progress';
import { MS_PER_MINUTE, MS_PER_S } from '../abi/unit.ts';
import { startWall } from '../replay/index.ts';
import { formatNumber } from '../report/index.ts';
import { complain } from './terminal.ts';

const MINUTES_PER_HOUR = 60;

export interface JobsProgress {
  /** The share of a job that is done. */
  update(name: string, share: number): void;
  ended(name: string, isFailed: boolean): void;
  stop(): void;
}

/** Lines of a log over a whole sweep. */
const LINES = 20;

/** `3 h`, `12 min`, `40 s`. */
export function shortTime(ms: number): string {
  const minutes = ms / MS_PER_MINUTE;
  if (minutes >= 2 * MINUTES_PER_HOUR) return `${formatNumber(minutes / MINUTES_PER_HOUR)} h`;
  return minutes >= 2 ? `${formatNumber(minutes)} min` : `${Math.ceil(ms / MS_PER_S)} s`;
}

/** How many have ended and how fast. `ms` since the first one began. */
export function progressLine(
  total: number,
  {
    ended,
    failed,
    begun,
  }: { readonly ended: number; readonly failed: number; readonly begun: number },
  ms: number,
): string {
  const done = ended + begun;
  const rate = ms > 0 ? (done * MS_PER_S) / ms : 0;
  const isOver = ended === total || rate === 0;
  const left = isOver ? '' : `, ${shortTime(((total - done) * MS_PER_S) / rate)} left`;
  const failures = failed > 0 ? `, ${failed} failed` : '';
  return `${ended}/${total} jobs${failures}, ${formatNumber(rate)}/s${left}`;
}

/** Over so many jobs. */
export function startJobs(total: number, isQuiet: boolean): JobsProgress {
  const elapsedMs = startWall();
  const shares = new Map<string, number>();
  const over = new Set<string>();
  let [ended, failed] = [0, 0];
  const bar =
    isQuiet || !process.stderr.isTTY
      ? undefined
      : new cliProgress.SingleBar({
          format: '{bar} {line}',
          stream: process.stderr,
          clearOnComplete: true,
          hideCursor: true,
        });
  const show = (): void => {
    const begun = [...shares.values()].reduce((sum, share) => sum + share, 0);
    const line = progressLine(total, { ended, failed, begun }, elapsedMs());
    if (bar !== undefined) bar.update(ended + begun, { line });
    else if (!isQuiet && ended % Math.ceil(total / LINES) === 0) complain(`guestmem: ${line}`);
  };
  bar?.start(total, 0, { line: '' });
  return {
    update(name, share) {
      if (over.has(name)) return; // a word that was under way
      shares.set(name, share);
      if (bar !== undefined) show();
    },
    ended(name, isFailed) {
      shares.delete(name);
      over.add(name);
      ended += 1;
      if (isFailed) failed += 1;
      show();
    },
    stop: () => bar?.stop(),
  };
}
