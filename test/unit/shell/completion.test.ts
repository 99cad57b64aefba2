import { expect, it } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import { SHELLS, completionScript } from '../../../src/shell/completion.ts';

it.each(SHELLS)('a script for %s asks the program what there is', (shell) => {
  expect(completionScript(shell)).toContain('__complete');
  expect(completionScript(shell)).toMatch(/^# ?(?:guestmem completion|compdef guestmem)/);
});

it('another shell is refused with the names of those that there are', () => {
  expect(() => completionScript('tcsh' as 'bash')).toThrow(RefusedArgument);
  expect(() => completionScript('bahs' as 'bash')).toThrow('did you mean bash?');
});
