// What a recording's folder says as a whole; its parts have tests of their own.

import { describe, expect, it } from 'vitest';
import { memRequests, recordedFrames } from '../../../../src/recording/read/capture.ts';
import { TraceScript, ZONE_FRAMES, ZONE_START } from '../../../support/recording.ts';

describe('the device log', () => {
  it('gives the requests that were answered with success', () => {
    expect(
      memRequests([
        'virtio_mem_plug_request addr=0x100000000 nb_blocks=64',
        'virtio_mem_send_response type=0',
        'virtio_mem_unplug_request addr=0x107e00000 nb_blocks=1',
        'virtio_mem_send_response type=2',
      ]),
    ).toEqual([{ kind: 'plug', address: 0x1_0000_0000, blocks: 64 }]);
  });
});

function framesOf(script: TraceScript): number {
  return recordedFrames(script.finish());
}

describe('the frames that a recording names', () => {
  const STATE_END = ZONE_START + ZONE_FRAMES;
  const WHOLE = 2 * ZONE_FRAMES;

  it('are whole memory blocks, at least those of its states', () => {
    expect(STATE_END).toBe(36_864);
    expect(framesOf(new TraceScript())).toBe(WHOLE);
  });

  it('reach to the end of the last block in the trace, and not to a request that failed', () => {
    expect(framesOf(new TraceScript().free(1, WHOLE - 512, 9))).toBe(WHOLE);
    expect(framesOf(new TraceScript().free(1, WHOLE, 9))).toBe(WHOLE + ZONE_FRAMES);
    expect(framesOf(new TraceScript().alloc(1, 0xffff_ffff, 0))).toBe(WHOLE);
  });
});
