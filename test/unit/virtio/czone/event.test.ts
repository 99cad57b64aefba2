import { expect, it } from 'vitest';

import * as event from '../../../../src/virtio/czone/event.ts';
import { end, fields, PAGE, vector } from '../../../support/czone-page.ts';
import { hex } from '../../../support/virtio.ts';

it('has the layout of the page', () => {
  const sent = { type: 2, zone: 8, requestId: 2 ** 33, targetBytes: 2 ** 34, epoch: 6 };
  const bytes = event.encodeEvent(sent);
  expect(fields('virtio_czone_event', bytes)).toEqual({
    type: 2,
    reserved0: 0,
    zone_id: 8,
    request_id: 2 ** 33,
    target: 2 ** 34,
    epoch: 6,
  });
  expect(event.decodeEvent(bytes)).toEqual(sent);
  expect(event.EVENT_BYTES).toBe(end('virtio_czone_event'));
});

it('values are those in the comments of the struct', () => {
  const body = /struct virtio_czone_event \{\n([^/]*\/\*[^/]*\*\/)/.exec(PAGE)?.[1] ?? '';
  const found = Array.from(body.matchAll(/(\d) ([A-Z_]+)/g), ([, value, word]) => {
    expect((event as Record<string, unknown>)[`CZONE_EVENT_${word}`], word).toBe(Number(value));
    return word;
  });
  expect(found).toHaveLength(4);
});

it('is the bytes of the page', () => {
  const sent = { type: 1, zone: 7, requestId: 5, targetBytes: 2 ** 20, epoch: 1 };
  expect(hex(event.encodeEvent(sent))).toBe(vector('event'));
});
