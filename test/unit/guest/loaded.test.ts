// A guest in a recorded state.

import { expect, it } from 'vitest';
import { KIND_MOVABLE, KIND_UNMOVABLE, saveState } from '../../../src/core/index.ts';
import { loadedImage } from '../../../src/guest/index.ts';
import { openCapture } from '../../../src/recording/read/index.ts';
import { copyOf } from '../../support/recorded.ts';
import { testGuest, testVmm } from '../../support/vm.ts';

it('has the lists of the state, holds nothing else, and lives on from there', async () => {
  const { start } = await openCapture(copyOf());
  const config = { ...testGuest(768), cpus: 1 };
  const vm = testVmm().startImage(loadedImage(config, start, 256 * 1024));
  const { core, memory } = vm.guest;
  const [loaded, recorded] = [saveState(core, 'start').zones, start.zones];
  for (const zone of recorded.filter(({ present }) => present > 0)) {
    const same = loaded.find(({ index }) => index === zone.index);
    expect(same?.free).toEqual(zone.free);
    expect(same?.pcps[0]?.lists).toEqual(zone.pcps[0]?.lists);
  }
  expect([core.backedFrames, memory.idleFrames]).toEqual([0, 0]);
  vm.guest.writeAndFree(1000);
});

it('has frames pinned that are said to be', async () => {
  const { start } = await openCapture(copyOf());
  const config = { ...testGuest(768), cpus: 1 };
  const pinned = [0x1000, 0x1002];
  const vm = testVmm().startImage(loadedImage(config, start, 256 * 1024, pinned));
  const kinds = [0x1000, 0x1001, 0x1002].map((pfn) => vm.guest.core.frames.kind(pfn));
  expect(kinds).toEqual([KIND_UNMOVABLE, KIND_MOVABLE, KIND_UNMOVABLE]);
});
