import { expect, it } from 'vitest';

import * as request from '../../../../src/virtio/czone/request.ts';
import { end, fields, PAGE, table, vector } from '../../../support/czone-page.ts';
import { hex } from '../../../support/virtio.ts';

it('the layout is that of the page: request and answer', () => {
  const asked = { type: 3, flags: 1, zone: 7, block: 9, blocks: 11, value: 2 ** 40 };
  const bytes = request.encodeRequest(asked);
  expect(fields('virtio_czone_req', bytes)).toEqual({
    type: 3,
    flags: 1,
    zone_id: 7,
    block: 9,
    nr_blocks: 11,
    value: 2 ** 40,
  });
  expect(request.decodeRequest(bytes)).toEqual(asked);
  expect(request.REQUEST_BYTES).toBe(end('virtio_czone_req'));
  const answer = { status: 4, detail: 9, count: 5, value: 2 ** 41 };
  const said = request.encodeResponse(answer);
  expect(fields('virtio_czone_resp', said)).toEqual(answer);
  expect(request.decodeResponse(said)).toEqual(answer);
  expect(request.RESPONSE_BYTES).toBe(end('virtio_czone_resp'));
});

it('reasons are those of the page', () => {
  const rows = table('Reasons');
  expect(rows).toHaveLength(request.WHY_NAMES.length - 1);
  for (const [value, name] of rows) {
    expect(request[`WHY_${name}` as keyof typeof request], name).toBe(Number(value));
    expect(request.WHY_NAMES[Number(value)]?.toUpperCase().replaceAll('-', '_')).toBe(name);
  }
});

it('a request and its answer are the bytes of the page', () => {
  const asked = { type: 3, flags: 0, zone: 7, block: 2, blocks: 4, value: 0 };
  expect(hex(request.encodeRequest(asked))).toBe(vector('req'));
  expect(hex(request.encodeResponse(request.ack(4)))).toBe(vector('resp'));
});

it('types of requests are those in the comments of the struct', () => {
  const body = /struct virtio_czone_req \{\n([^/]*\/\*[^/]*\*\/)/.exec(PAGE)?.[1] ?? '';
  const found = Array.from(body.matchAll(/(\d) ([A-Z_]+)[,\s]/g), ([, value, word]) => {
    expect((request as Record<string, unknown>)[`REQUEST_${word}`], word).toBe(Number(value));
    return word;
  });
  expect(found).toHaveLength(8);
});

it('statuses of answers are those in the comments of the struct', () => {
  const body = /struct virtio_czone_resp \{\n([^/]*\/\*[^/]*\*\/)/.exec(PAGE)?.[1] ?? '';
  const found = Array.from(body.matchAll(/(\d) ([A-Z_]+)/g), ([, value, word]) => {
    expect((request as Record<string, unknown>)[`ANSWER_${word}`], word).toBe(Number(value));
    return word;
  });
  expect(found).toHaveLength(4);
});
