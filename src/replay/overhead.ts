// Which of the host's memory is not the functions' own.

import { CAUSES, type Cause, type HostCache } from '../serverless/index.ts';

/** By cause: 1 for overhead, 0 for the functions' own memory. Under dax the host's copies of files are the only ones. */
export function overheadOf(hostCache: HostCache = 'shared'): readonly number[] {
  const own: readonly Cause[] =
    hostCache === 'dax' ? ['anonymous', 'fileShared', 'hostCache'] : ['anonymous', 'fileShared'];
  return CAUSES.map((cause) => Number(!own.includes(cause)));
}
