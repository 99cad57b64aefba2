// A core that holds exactly what a test says: free blocks and types of pageblocks, everything else in use.

import type { Core } from '../../src/core/index.ts';
import { saveState } from '../../src/core/state.ts';
import { type FreeList, makeState, printLists } from '../model/fixture.ts';
import { CoreAllocator } from '../model/core-allocator.ts';
import type { AllocatorState } from '../../src/recording/read/pagestate.ts';

export function coreOf(state: AllocatorState): Core {
  const allocator = new CoreAllocator();
  allocator.loadState(state);
  return allocator.core;
}

/** One zone DMA32 from frame 0 (test/model/fixture). */
export function coreWith(types: readonly number[], lists: readonly FreeList[]): Core {
  return coreOf(makeState(types, lists));
}

/** Its free lists that are not empty, as "order type: frames". */
export function listsOf(core: Core): string[] {
  return printLists(saveState(core, 'test'));
}
