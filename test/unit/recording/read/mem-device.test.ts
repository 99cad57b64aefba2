// What a recording says of virtio-mem.

import { expect, it } from 'vitest';
import { MIB } from '../../../../src/core/index.ts';
import {
  GFP_MEMMAP,
  MEMMAP_ORDER,
  memOffsetSeconds,
  memRegion,
  onlineRule,
} from '../../../../src/recording/read/index.ts';
import { TraceScript } from '../../../support/recording.ts';

/** 128 MiB. */
const WISH =
  "1.0 {'execute': 'qom-set', 'arguments': {'path': 'vmem0', 'property': 'requested-size', 'value': 134217728}} {'return': {}}";

it('says to which zone new memory goes, by the command line', () => {
  expect(onlineRule('quiet')).toMatchObject({
    state: 'offline',
    isAutoMovable: false,
    percent: 301,
  });
  expect(onlineRule('memhp_default_state=online_movable').state).toBe('online_movable');
  const auto = 'memhp_default_state=online memory_hotplug.online_policy=auto-movable';
  expect(onlineRule(`${auto} memory_hotplug.auto_movable_ratio=150`)).toEqual({
    state: 'online',
    isAutoMovable: true,
    percent: 150,
  });
});

it('finds the region by the requests, and the block by what was wished', () => {
  const deviceLog = [
    'virtio_mem_resized_usable_region old_size=0x0new_size=0x20000000',
    'virtio_mem_plug_request addr=0x108000000 nb_blocks=32',
    'virtio_mem_send_response type=0',
  ];
  expect(memRegion({ deviceLog, hostLog: [WISH] })).toEqual({
    addr: 0x1_0800_0000,
    regionBytes: 512 * MIB,
    blockBytes: 4 * MIB,
  });
});

it('sets the two clocks by the first wish, which the first struct pages answer', () => {
  const { trace } = new TraceScript().wait(4000).alloc(9, 5120, GFP_MEMMAP, MEMMAP_ORDER).finish();
  expect(memOffsetSeconds(trace, [{ atSeconds: 0.5, bytes: MIB }])).toBeCloseTo(0.005001 - 0.5, 9);
  expect(memOffsetSeconds(new TraceScript().finish().trace, [])).toBe(0);
});
