// Processes and containers of a trace.

import { describe, expect, it } from 'vitest';
import { RecordingError } from '../../../../src/recording/error.ts';
import { findTasks } from '../../../../src/recording/placement/tasks.ts';
import { ANON, TraceScript } from '../../../support/recording.ts';

const SHELL = 10;

describe('who is a container', () => {
  it('a subtree below the process with the most children', () => {
    const script = new TraceScript().fork(1, SHELL).fork(SHELL, 11).fork(SHELL, 12).fork(11, 14);
    script.alloc(14, 5000, ANON).exit(11).alloc(14, 5001, ANON).wait(50_000).free(14, 5000);
    const { shellPid, trees, processes } = findTasks(script.exit(14).finish().trace);
    expect(shellPid).toBe(SHELL);
    expect(trees.slice(1).map(({ pid, processes: n }) => [pid, n])).toEqual([
      [11, 2],
      [12, 1],
    ]);
    expect(processes.slice(1).map(({ pid, tree }) => [pid, tree])).toEqual([
      [11, 1],
      [12, 2],
      [14, 1],
    ]);
    // The tree ends with its last process, whose burst is the free 50 ms after it last got a page.
    expect(trees[1]).toMatchObject({ exitEvent: 8, burstEvent: 7 });
    expect(trees[2]?.exitEvent).toBe(9);
  });

  it('a shell without children is a mistake', () => {
    const { trace } = new TraceScript().fork(1, SHELL).finish();
    expect(() => findTasks(trace, 99)).toThrow(RecordingError);
  });
});
