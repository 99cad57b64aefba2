// A progress bar on stderr, only where somebody watches.

import cliProgress from 'cli-progress';

export interface Progress {
  update(system: string, share: number): void;
  stop(): void;
}

const SILENT: Progress = { update: () => {}, stop: () => {} };

/** A bar over all systems of a run, or nothing when stderr is not a terminal. */
export function startProgress(systemCount: number, quiet: boolean): Progress {
  if (quiet || !process.stderr.isTTY) return SILENT;
  const bar = new cliProgress.SingleBar({
    format: '{bar} {percentage} % {system}',
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
  });
  bar.start(systemCount, 0, { system: '' });
  const shares = new Map<string, number>();
  return {
    update(system, share) {
      shares.set(system, share);
      const done = [...shares.values()].reduce((sum, one) => sum + one, 0);
      bar.update(done, { system });
    },
    stop: () => bar.stop(),
  };
}
