/** What is built is tried in test/slow/build-core.test.ts. */
import { expect, it } from 'vitest';
import { RefusedArgument } from '../../../src/check/index.ts';
import { OwnCoreError, buildCore } from '../../../src/microbench/node.ts';

it('a source that does not compile is an error in a line with its place', async () => {
  const refused = buildCore('export function nothing(): i32 { return none; }\n');
  await expect(refused).rejects.toThrow(OwnCoreError);
  await expect(refused).rejects.toThrow(/^it does not compile: [^\n]+$/);
}, 120_000);

it('what is no source is refused before it compiles', async () => {
  await expect(buildCore(5 as never)).rejects.toThrow(RefusedArgument);
  await expect(buildCore('', { compiles: 5 as never })).rejects.toThrow(RefusedArgument);
});
