import { describe, expect, it } from 'vitest';
import { ScriptError } from '../../../src/play/error.ts';
import { isSteps, nextWrong, stepWords, stepsOf } from '../../../src/play/steps.ts';

const STEPS = {
  schema: 1 as const,
  name: 'guided',
  total: 7,
  tasks: ['sh-12'],
  kinds: ['allocation', 'free'],
  types: ['Unmovable', 'Movable'],
  zones: ['DMA', 'DMA32'],
  atMs: [0, 1.5, 2],
  task: [0, 0, 0],
  kind: [0, 0, 1],
  zone: [1, 1, 1],
  order: [0, 9, 0],
  type: [1, 1, 0],
  frame: [10, 512, 10],
  predicted: [10, -1, 11],
};

describe('steps of a recording', () => {
  it('are told in words, with the frame of the kernel and of the core', () => {
    expect(stepWords(STEPS, 0)).toEqual({
      time: '0.000 ms',
      task: 'sh-12',
      what: 'allocation',
      block: 'DMA32, order 0, Movable',
      frame: '10',
      predicted: '10',
      isRight: true,
    });
    expect(stepWords(STEPS, 1)).toMatchObject({ predicted: 'none', isRight: false });
  });

  it('lead to the next one that was predicted otherwise', () => {
    expect([-1, 0, 1, 2].map((at) => nextWrong(STEPS, at))).toEqual([1, 1, 2, undefined]);
  });

  it('are taken as they were written, and nothing else is', () => {
    expect(stepsOf(structuredClone(STEPS))).toEqual(STEPS);
    expect([isSteps(STEPS), isSteps({ instants: [] }), isSteps(null)]).toEqual([
      true,
      false,
      false,
    ]);
    const bad: unknown[] = [
      null,
      {},
      { ...STEPS, schema: 2 },
      { ...STEPS, frame: [1] },
      { ...STEPS, frame: ['1', '2', '3'] },
      { ...STEPS, tasks: [1] },
    ];
    for (const value of bad) expect(() => stepsOf(value)).toThrow(ScriptError);
  });
});
