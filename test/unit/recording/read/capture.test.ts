// What a recording's folder says as a whole; its parts have tests of their own.

import { describe, expect, it } from 'vitest';
import {
  expectCapture,
  memRequests,
  recordedFrames,
} from '../../../../src/recording/read/capture.ts';
import { TraceScript, ZONE_FRAMES, ZONE_START } from '../../../support/recording.ts';

const { start: START, trace: TRACE } = new TraceScript().finish();
const BARE = { ...START.zones[0], pcps: 5 };

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

it.each([
  ['capture.trace: expected an object', { trace: 5 }],
  ['capture.extra.events: expected a list', { extra: { file: '', events: {}, isThere: true } }],
  ['capture.deviceLog[0]: expected text', { deviceLog: [5] }],
  ['capture.end.zones: expected a list', { end: { label: 'end' } }],
  ['capture.start.zones[0].pcps: expected a list', { start: { ...START, zones: [BARE] } }],
  ['capture.trace.kind: expected 5000000000 events', { trace: { ...TRACE, count: 5e9 } }],
])('a recording is looked at: %s', (fault, change) => {
  const capture = new TraceScript().finish();
  expect(expectCapture(capture)).toBe(capture);
  expect(() => expectCapture({ ...capture, ...change } as never)).toThrow(fault);
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

  it('are not numbers of processes', () => {
    const script = new TraceScript().fork(1, 2).exit(3_567_587_398);
    expect(framesOf(script)).toBe(WHOLE);
  });

  it('reach to the end of the last block in the trace, and not to a request that failed', () => {
    expect(framesOf(new TraceScript().free(1, WHOLE - 512, 9))).toBe(WHOLE);
    expect(framesOf(new TraceScript().free(1, WHOLE, 9))).toBe(WHOLE + ZONE_FRAMES);
    expect(framesOf(new TraceScript().alloc(1, 0xffff_ffff, 0))).toBe(WHOLE);
  });
});
