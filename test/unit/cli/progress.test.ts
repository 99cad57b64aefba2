import cliProgress from 'cli-progress';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startProgress } from '../../../src/cli/progress.ts';

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

  it('is a bar as long as there are systems, at the sum of their shares', () => {
    const { start, update, stop } = watched(true);
    const progress = startProgress(3, false);
    expect(start.mock.calls).toEqual([[3, 0, { system: '' }]]);
    progress.update('a', 0.5);
    progress.update('b', 0.25);
    progress.update('a', 1);
    expect(update.mock.calls).toEqual([
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
    const progress = startProgress(1, quiet);
    progress.update('a', 1);
    progress.stop();
    for (const call of [start, update, stop]) expect(call).not.toHaveBeenCalled();
  });
});
