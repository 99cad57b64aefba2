// Sizes of a virtio-mem device: what the host was told, and what the requests come to.

import { expect, it } from 'vitest';
import { MIB } from '../../../../src/core/index.ts';
import { checkSizes } from '../../../../src/recording/read/device-sizes.ts';

/** 128 MiB. */
const WISH =
  "1.0 {'execute': 'qom-set', 'arguments': {'path': 'vmem0', 'property': 'requested-size', 'value': 134217728}} {'return': {}}";

const get = (size: number | string): string =>
  `9.0 {'execute': 'qom-get', 'arguments': {'path': 'vmem0', 'property': 'size'}} {'return': ${size}}`;
const told =
  (...lines: readonly string[]) =>
  (): void => {
    const deviceLog = [
      'virtio_mem_plug_request addr=0x100000000 nb_blocks=64',
      'virtio_mem_send_response type=0',
      'virtio_mem_unplug_request addr=0x107e00000 nb_blocks=1',
      'virtio_mem_send_response type=2',
      'virtio_mem_unplug_request addr=0x107c00000 nb_blocks=1',
      'virtio_mem_send_response type=0',
      'virtio_mem_unplug_all_request',
      'virtio_mem_send_response type=0',
    ];
    checkSizes(
      { file: 'device.log', lines: deviceLog },
      { file: 'host.log', lines: [WISH, ...lines] },
    );
  };

it('sizes that the host was told are those that the requests come to, one after the other', () => {
  expect(told(get(0), get(128 * MIB), get(128 * MIB), get(126 * MIB), get(0))).not.toThrow();
  const refused = /^host\.log:\d: expected a size that the requests in device\.log come to, found/;
  expect(told(get(124 * MIB))).toThrow(refused);
  expect(told(get(126 * MIB), get(128 * MIB))).toThrow(refused);
  expect(told(get("'many'"))).toThrow(refused);
  const balloon = { file: 'device.log', lines: [] };
  expect(() => checkSizes(balloon, { file: 'host.log', lines: [get(5)] })).not.toThrow();
});
