import { afterEach, describe, expect, it, vi } from 'vitest';
import { progressLine, shortTime, startJobs } from '../../../src/cli/jobs-progress.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('progress over jobs', () => {
  it('tells rate and time left, those under way counted by their share', () => {
    const line = progressLine(10, { ended: 3, failed: 1, begun: 1 }, 8000);
    expect(line).toBe('3/10 jobs, 1 failed, 0.5/s, 12 s left');
  });

  it('tells no time left before the first and after the last', () => {
    expect(progressLine(10, { ended: 0, failed: 0, begun: 0 }, 8000)).toBe('0/10 jobs, 0/s');
    expect(progressLine(2, { ended: 2, failed: 0, begun: 0 }, 1000)).toBe('2/2 jobs, 2/s');
  });

  it('tells times shortly', () => {
    expect([400, 90_000, 600_000, 3 * 3_600_000].map(shortTime)).toEqual([
      '1 s',
      '90 s',
      '10 min',
      '3 h',
    ]);
  });

  it('is a line now and then where nobody watches, and none when it should be quiet', () => {
    const lines: string[] = [];
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      lines.push(String(text));
      return true;
    });
    const jobs = startJobs(100, false);
    for (let job = 0; job < 100; job += 1) {
      jobs.update(String(job), 0.5);
      jobs.ended(String(job), job === 7);
      jobs.update(String(job), 0.9);
    }
    jobs.stop();
    expect(lines).toHaveLength(20);
    expect(lines.at(-1)).toMatch(/^guestmem: 100\/100 jobs, 1 failed, .*\/s\n$/);
    const quiet = startJobs(2, true);
    quiet.ended('a', false);
    quiet.stop();
    expect(lines).toHaveLength(20);
  });
});
