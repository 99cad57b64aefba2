import { expect, it } from 'vitest';
import { madeNow } from '../../../src/cli/made.ts';
import { packageVersion } from '../../../src/cli/version.ts';
import { coreVersion } from '../../../src/replay/index.ts';

it('an output is made by a command, a version and a core', () => {
  const { command, versions } = madeNow();
  expect(command).toEqual(['guestmem', ...process.argv.slice(2)]);
  const { abi, hash } = coreVersion('release');
  expect(versions).toEqual({ guestmem: packageVersion(), abi, core: hash });
});
