import { describe, expect, it } from 'vitest';
import { mayHelp } from '../../../src/cli/again.ts';

const OPTION = '--disable-wasm-trap-handler';

describe('a second run with fewer addresses for each guest', () => {
  it('may help where Node has the option and is not under it', () => {
    const known = new Set([OPTION]);
    expect(mayHelp(12_000, [], '', known)).toBe(true);
    expect(mayHelp(12_000, [OPTION], '', known)).toBe(false);
    expect(mayHelp(12_000, [], `--no-opt ${OPTION}`, known)).toBe(false);
    expect(mayHelp(12_000, [], '', new Set())).toBe(false);
    expect(mayHelp(3, [], '', known)).toBe(false);
  });
});
