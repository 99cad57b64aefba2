import { describe, expect, it } from 'vitest';
import { ReplayInterrupted } from '../../../../src/replay/index.ts';
import type { Hearing, Outcome } from '../../../../src/sweep/engine.ts';
import { threadEngine } from '../../../../src/sweep/engines/threads.ts';
import type { Job } from '../../../../src/sweep/job.ts';
import { testFolder } from '../../../support/folder.ts';
import { sweepIn } from '../../../support/sweep.ts';

const at = testFolder();

const stateOf = ({ name }: Job): string => at(`${name}.state`);

function hearing(signal: AbortSignal): Hearing & { readonly outcomes: Outcome[] } {
  const outcomes: Outcome[] = [];
  const ended = async (outcome: Outcome): Promise<void> => void outcomes.push(outcome);
  return { outcomes, retries: 2, signal, stateOf, tell: () => {}, progress: () => {}, ended };
}

describe('one thread', () => {
  it('plays jobs in their order; one that fails is tried again, then told, and the rest goes on', async () => {
    const { jobs } = await sweepIn(at);
    const [first, second] = jobs as [Job, Job];
    const bad = { ...first, experiment: { ...first.experiment, warmupMinutes: 9 } };
    const heard = hearing(new AbortController().signal);
    await threadEngine(1).play([bad, second], heard);
    expect(heard.outcomes).toMatchObject([
      { job: bad, attempts: 3, failure: { kind: 'RefusedArgument' } },
      { job: second, results: { seed: 2 } },
    ]);
  });

  it('stops when it is told to', async () => {
    const { jobs } = await sweepIn(at);
    const heard = hearing(AbortSignal.abort());
    await expect(threadEngine(1).play(jobs, heard)).rejects.toThrow(ReplayInterrupted);
    expect(heard.outcomes).toEqual([]);
  });
});
