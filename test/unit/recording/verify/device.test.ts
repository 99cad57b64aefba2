/** Our drivers against what Linux's wrote to QEMU's devices, in the project's own recordings. */

import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

import { openCapture, verifyDevice } from '../../../../src/recording/index.ts';
import { balloonLines, memLines, sizeWishes } from '../../../../src/recording/read/device-log.ts';

const CAPTURES = path.resolve(import.meta.dirname, '../../../../../shared/captures');
const recording = (name: string): string => path.join(CAPTURES, `linux-6.12-${name}`);
const isThere = existsSync(recording('plug-384'));

describe('verifyDevice', () => {
  it.skipIf(!isThere)(
    'gets every page of every array of inflate-512 (needs ../shared)',
    async () => {
      const result = verifyDevice(await openCapture(recording('inflate-512')));
      expect(result).toEqual({
        kind: 'balloon',
        pages: { exact: 57_344, total: 57_344 },
        requests: { exact: 224, total: 224 },
      });
    },
  );

  it.skipIf(!isThere)('gets every request of plug-384 (needs ../shared)', async () => {
    const result = verifyDevice(await openCapture(recording('plug-384')));
    expect(result).toEqual({
      kind: 'mem',
      pages: { exact: 0, total: 0 },
      requests: { exact: 37, total: 37 },
    });
  });

  it.skipIf(!isThere)('counts what differs: another log, fewer exact', async () => {
    const capture = await openCapture(recording('plug-384'));
    const at = capture.deviceLog.findIndex((line) => line.includes('addr=0x107c00000'));
    const deviceLog = capture.deviceLog.with(
      at,
      'virtio_mem_unplug_request addr=0x107800000 nb_blocks=1',
    );
    expect(verifyDevice({ ...capture, deviceLog })?.requests).toEqual({ exact: 36, total: 37 });
  });

  it.skipIf(!isThere)('has nothing to say without a device (needs ../shared)', async () => {
    expect(verifyDevice(await openCapture(recording('smoke-768')))).toBeUndefined();
  });
});

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
