import { expect, it } from 'vitest';
import { ScriptError } from '../../../src/play/error.ts';

it('says the line where there is one', () => {
  expect(new ScriptError('no', 3).message).toBe('line 3: no');
  expect(new ScriptError('no')).toMatchObject({ message: 'no', line: 0, name: 'ScriptError' });
});
