// What QEMU's trace of its devices says, line by line.

import { describe, expect, it } from 'vitest';
import { balloonLines, memLines, sizeWishes } from '../../../../src/recording/read/device-log.ts';

describe('device logs', () => {
  it('reads a balloon’s', () => {
    expect(
      balloonLines([
        'virtio_balloon_to_target balloon target: 0x19000000 num_pages: 28672',
        'virtio_balloon_handle_output section name: pc.ram gpa: 0x11354000',
        'virtio_balloon_set_config actual: 256 oldactual: 0',
        'something else',
      ]),
    ).toEqual([
      { kind: 'target', pages: 28_672 },
      { kind: 'page', pfn: 0x11354 },
      { kind: 'actual', pages: 256 },
    ]);
  });

  it('reads virtio-mem’s, each request with its answer', () => {
    expect(
      memLines([
        'virtio_mem_resized_usable_region old_size=0x0new_size=0x28000000',
        'virtio_mem_plug_request addr=0x100000000 nb_blocks=64',
        'virtio_mem_send_response type=0',
        'virtio_mem_unplug_request addr=0x100200000 nb_blocks=1',
        'virtio_mem_send_response type=2',
      ]),
    ).toEqual([
      { kind: 'plug', addr: 2 ** 32, blocks: 64, response: 0 },
      { kind: 'unplug', addr: 2 ** 32 + 2 ** 21, blocks: 1, response: 2 },
    ]);
  });

  it('reads the wishes of the host', () => {
    const wish =
      "16.005 {'execute': 'qom-set', 'arguments': {'path': 'vmem0', 'property': 'requested-size', 'value': 67108864}} {'return': {}}";
    const query = "16.004 {'execute': 'qom-get', 'arguments': {'property': 'size'}}";
    expect(sizeWishes([query, wish])).toEqual([{ atSeconds: 16.005, bytes: 67_108_864 }]);
  });
});
