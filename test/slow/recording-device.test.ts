/** Our drivers against what Linux's wrote to QEMU's devices, in the project's own recordings. */

import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

import { openCapture, verifyDevice } from '../../src/recording/index.ts';

const CAPTURES = path.resolve(import.meta.dirname, '../../../shared/captures');
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
