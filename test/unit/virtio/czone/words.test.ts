import { expect, it } from 'vitest';
import { CZONE_EVENT_CANCEL, encodeEvent } from '../../../../src/virtio/czone/event.ts';
import { REPORT_STOPPED, encodeReport } from '../../../../src/virtio/czone/report.ts';
import {
  REQUEST_PLUG,
  WHY_ZONE_LIMIT,
  ack,
  encodeRequest,
  encodeResponse,
  nack,
} from '../../../../src/virtio/czone/request.ts';
import { czoneWords } from '../../../../src/virtio/czone/words.ts';

function wordsOf(queue: number, said: Uint8Array, answered: Uint8Array): string {
  const words = czoneWords({ queue, head: 0, buffers: [], said, answered });
  return `${words.queue}: ${words.asked} → ${words.answer}`;
}

it('a refusal says why', () => {
  const request = { type: REQUEST_PLUG, flags: 0, zone: 3, block: 7, blocks: 2, value: 0 };
  const answered = encodeResponse(nack(WHY_ZONE_LIMIT));
  expect(wordsOf(0, encodeRequest(request), answered)).toBe(
    'requests: plug zone 3: 2 blocks from 7 → refused: zone-limit',
  );
});

it('an event is the device’s answer to room for one', () => {
  const event = { type: CZONE_EVENT_CANCEL, zone: 2, requestId: 5, targetBytes: 2 ** 20, epoch: 0 };
  expect(wordsOf(1, new Uint8Array(), encodeEvent(event))).toBe(
    'events: room for an event → cancel zone 2, 1 MiB at most, request 5',
  );
});

it('a report names its ranges, its answer how much was released', () => {
  const ranges = [{ first: 64, count: 512 }];
  const report = { requestId: 5, zone: 2, flags: REPORT_STOPPED, ranges };
  const answered = encodeResponse(ack(1, 2 ** 21));
  expect(wordsOf(2, encodeReport(report), answered)).toBe(
    'reports: request 5, zone 2 has free 512 pages: 64–575 → done, 1, 2 MiB',
  );
  expect(wordsOf(3, new Uint8Array(80), new Uint8Array())).toBe('statistics: 80 bytes → taken');
});
