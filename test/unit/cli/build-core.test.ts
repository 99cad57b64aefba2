/** The word of `guestmem build-core`. What it compiles is tried in test/slow/build-core.test.ts. */
import { expect, it } from 'vitest';
import { buildCoreCommand, verdictLine } from '../../../src/cli/build-core.ts';

it('says one word, and what it is by', () => {
  expect(verdictLine({ word: 'equal', operations: 20_000 })).toMatch(
    /^equal: .* 20,000 operations/,
  );
  expect(verdictLine({ word: 'sound', operations: 9, at: 7 })).toMatch(/^sound: .* operation 7 on/);
  const broken = { word: 'broken', operations: 9, at: 8, fault: 'A rule.' } as const;
  expect(verdictLine(broken)).toBe('broken: by operation 8: A rule.\n');
});

it('refuses a file that is not there, before it compiles', async () => {
  const run = buildCoreCommand().parseAsync(['none.ts'], { from: 'user' });
  await expect(run).rejects.toThrow('none.ts: expected a file in AssemblyScript');
});
