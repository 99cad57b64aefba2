import { expect, it, vi } from 'vitest';
import { orElse } from '../../../src/guest/or-else.ts';

const fail = (): never => {
  throw new Error('no room');
};

it('undoes what was made for a step that fails, and only then', () => {
  const undo = vi.fn();
  expect(orElse(() => 7, undo)).toBe(7);
  expect(undo).not.toHaveBeenCalled();
  expect(() => orElse(fail, undo)).toThrow('no room');
  expect(undo).toHaveBeenCalledOnce();
});
