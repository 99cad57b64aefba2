import { describe, expect, it } from 'vitest';
import { benchCommand } from '../../../src/cli/bench.ts';
import { UsageError } from '../../../src/cli/fault.ts';

const asked = (...words: string[]): Promise<unknown> =>
  benchCommand().exitOverride().parseAsync(words, { from: 'user' });

describe('what benches are asked for', () => {
  it('is checked before any of them runs, with the nearest name', async () => {
    await expect(asked('--filter', 'tuch')).rejects.toThrow(
      /begins of touch, .*\(did you mean touch\?\), found tuch$/,
    );
    await expect(asked('--guest', '25MiB')).rejects.toThrow(/256MiB to 64GiB, found 25MiB$/);
    await expect(asked('--core', 'nothing.wasm')).rejects.toThrow(UsageError);
  });
});
