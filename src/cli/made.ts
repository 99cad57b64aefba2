// What made an output: the command line, and the versions of what it ran on.

import { coreVersion } from '../replay/index.ts';
import type { Results } from '../report/index.ts';
import { packageVersion } from './version.ts';

/** For every record that a command leaves. */
export function madeNow(): Pick<NonNullable<Results['made']>, 'command' | 'versions'> {
  const { abi, hash } = coreVersion('release');
  const command = ['guestmem', ...process.argv.slice(2)];
  return { command, versions: { guestmem: packageVersion(), abi, core: hash } };
}
