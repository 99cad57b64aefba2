import { describe, expect, it } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import { defaultMachine } from '../../../src/replay/default-machine.ts';
import { expectContext, hostOf } from '../../../src/serverless/context.ts';
import { Clock } from '../../../src/time/index.ts';

const machine = defaultMachine();
const clock = new Clock();

describe('what a system is made of', () => {
  it.each([
    ['context', undefined],
    ['context.clock', { machine }],
    ['machine', { clock }],
    ['machine.blockFrames', { machine: { ...machine, blockFrames: 5n }, clock }],
    ['machine.kernel', { machine: { ...machine, kernel: 5 }, clock }],
    ['machine.hostFrames', { machine: { ...machine, hostFrames: Symbol('x') }, clock }],
    ['machine.placement', { machine: { ...machine, placement: 5 }, clock }],
    ['machine.growth', { machine: { ...machine, growth: undefined }, clock }],
  ])('is refused by name: %s', (name, context) => {
    const call = (): unknown => expectContext(context as never, ['placement', 'growth']);
    expect(call).toThrow(RefusedArgument);
    expect(call).toThrow(`${name}: expected`);
  });

  it('need not have settings that it does not look at', () => {
    const context = { machine: { ...machine, placement: 5 as never }, clock };
    expect(expectContext(context)).toBe(context);
  });

  it('has a clock of ours, which its host goes by', () => {
    expect(hostOf({ machine, clock }).clock).toBe(clock);
    expect(() => hostOf({ machine, clock: {} as never })).toThrow('clock: expected a Clock');
  });
});
