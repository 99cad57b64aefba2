import cliProgress from 'cli-progress';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { paceText, startProgress } from '../../../src/cli/progress.ts';

const { prototype } = cliProgress.SingleBar;
const isTTY = process.stderr.isTTY;

function watched(terminal: boolean) {
  process.stderr.isTTY = terminal;
  return {
    start: vi.spyOn(prototype, 'start').mockImplementation(() => {}),
    update: vi.spyOn(prototype, 'update').mockImplementation(() => {}),
    stop: vi.spyOn(prototype, 'stop').mockImplementation(() => {}),
  };
}

describe('progress', () => {
  beforeEach(() => vi.restoreAllMocks());
  afterEach(() => {
    vi.restoreAllMocks();
    process.stderr.isTTY = isTTY;
  });

  it('goes on over further runs, and counts the calls of each', () => {
    const { update } = watched(true);
    const total = vi.spyOn(prototype, 'setTotal').mockImplementation(() => {});
    const progress = startProgress({ systems: 2, calls: 10 }, false);
    progress.update('a', 1);
    progress.update('b', 1);
    progress.again(3, 20);
    expect(total.mock.calls).toEqual([[6]]);
    progress.update('a', 0.5);
    progress.again(3, 30);
    expect(total.mock.calls).toEqual([[6], [6]]);
    progress.update('b', 0.25);
    expect(update.mock.calls.map(([done]) => done)).toEqual([1, 2, 2.5, 4.25]);
  });

  it('is a bar as long as there are systems, at the sum of their shares', () => {
    const { start, update, stop } = watched(true);
    const progress = startProgress({ systems: 3, calls: 10 }, false);
    expect(start.mock.calls).toEqual([[3, 0, { system: '', pace: '' }]]);
    progress.update('a', 0.5);
    progress.update('b', 0.25);
    progress.update('a', 1);
    expect(update.mock.calls).toMatchObject([
      [0.5, { system: 'a' }],
      [0.75, { system: 'b' }],
      [1.25, { system: 'a' }],
    ]);
    expect(stop).not.toHaveBeenCalled();
    progress.stop();
    expect(stop).toHaveBeenCalledOnce();
  });

  it.each([
    ['nobody watches', false, false],
    ['it should be quiet', true, true],
  ])('is nothing when %s', (_, terminal, quiet) => {
    const { start, update, stop } = watched(terminal);
    const progress = startProgress({ systems: 1, calls: 10 }, quiet);
    progress.update('a', 1);
    progress.stop();
    for (const call of [start, update, stop]) expect(call).not.toHaveBeenCalled();
  });
});

describe('the pace', () => {
  it('is what went by, what is left at this speed, and how much a second', () => {
    expect(paceText({ done: 3000, share: 0.25, what: 'calls' }, 2000)).toBe(
      '2 s, 6 s left, 1,500 calls/s',
    );
    expect(paceText({ done: 0, share: 0, what: 'calls' }, 2000)).toBe('2 s');
    const slow = paceText({ done: 1, share: 0.5, what: 'runs' }, 8000);
    expect(slow).toBe('8 s, 8 s left, 0.125 runs/s');
    const step = paceText({ done: 3000, share: 0.25, what: 'calls' }, 9000, 2000);
    expect(step).toBe('9 s, 6 s left, 1,500 calls/s');
  });
});
