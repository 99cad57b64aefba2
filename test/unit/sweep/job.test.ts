import { describe, expect, it } from 'vitest';
import { defaultExperiment } from '../../../src/experiment/index.ts';
import { JobError, jobJson, jobOf, parseJob } from '../../../src/sweep/job.ts';

const EXPERIMENT = defaultExperiment();

describe('a job', () => {
  it('has a name of what decides its results, wherever its trace lies and whatever is told', () => {
    const at = (path: string): string => jobOf({ ...EXPERIMENT, trace: { path } }, 'abc').name;
    expect(at('/here/trace')).toBe(at('/there/trace'));
    expect(at('/here/trace')).not.toBe(at('/here/other'));
    const told = { ...EXPERIMENT, outputs: { formats: ['csv'] } };
    expect(jobOf(told, undefined).name).toBe(jobOf(EXPERIMENT, undefined).name);
    const names = [EXPERIMENT, { ...EXPERIMENT, seed: 2 }, { ...EXPERIMENT, minutes: 3 }].map(
      (one) => jobOf(one, undefined).name,
    );
    expect(new Set(names).size).toBe(3);
    expect(jobOf(EXPERIMENT, 'abc').name).toBe(jobOf(EXPERIMENT, 'abd').name);
    expect(jobOf({ ...EXPERIMENT, trace: { path: 'x' } }, 'abd').name).not.toBe(
      jobOf({ ...EXPERIMENT, trace: { path: 'x' } }, 'abc').name,
    );
  });

  it('is read back from its text', () => {
    const job = jobOf(EXPERIMENT, undefined);
    expect(parseJob(jobJson(job), 'job.json').name).toBe(job.name);
  });

  it.each([
    ['no JSON', '{', 'no JSON'],
    ['nothing', 'null', 'something else'],
    ['another thing', '{"name": "x"}', 'something else'],
    [
      'one of another program',
      jobJson({
        ...jobOf(EXPERIMENT, undefined),
        program: { guestmem: '9', abi: 1, core: 'c', llfree: 'l', code: 'd' },
      }),
      'one of guestmem 9, core c, code d',
    ],
    [
      'one that was changed',
      jobJson({ ...jobOf(EXPERIMENT, undefined), experiment: { ...EXPERIMENT, seed: 9 } }),
      'one that was changed',
    ],
  ])('is refused as %s in a line', (_what, text, found) => {
    expect(() => parseJob(text, 'job.json')).toThrow(JobError);
    expect(() => parseJob(text, 'job.json')).toThrow(
      `job.json: expected a job of this guestmem, found ${found}`,
    );
  });
});
