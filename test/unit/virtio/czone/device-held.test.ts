/** A report that the host is at work on: unanswered in the ring, for as long as that takes. */

import { describe, expect, it } from 'vitest';

import { ACK, LAST, NACK, Rig } from '../../../support/czone-rig.ts';
import { decodeResponse } from '../../../../src/virtio/czone/request.ts';
import { encodeReport } from '../../../../src/virtio/czone/report.ts';

/** 10 ns a frame. */
function rig(): Rig {
  const made = new Rig({ reportNs: (frames) => 10 * frames });
  made.zone(1, 0, 1);
  made.zone(2, 1, 1);
  return made;
}

/** Sends a report that is not answered at once; reads its status later (0: none yet). */
function send(
  made: Rig,
  requestId: number,
  zone: number,
  first: number,
  count: number,
): () => number {
  const ranges = [{ first, count }];
  const bytes = encodeReport({ requestId, zone, flags: LAST, ranges });
  const room = made.driver.put(new Uint8Array(16));
  expect(made.driver.send(2, [made.driver.put(bytes), room], 1)).toBeUndefined();
  return () => decodeResponse(made.driver.memory.read(room.addr, 16) as Uint8Array).status;
}

describe('a report', () => {
  it('is answered when the time for its frames has passed', () => {
    const made = rig();
    made.czone.reclaim(1);
    const status = send(made, 1, 1, 0, 8);
    made.clock.advance(79);
    expect([status(), made.host.released]).toEqual([0, []]);
    made.clock.advance(1);
    expect([status(), made.host.released.length]).toEqual([ACK, 1]);
  });

  it('takes with it what lies behind it in the ring: a driver has one under way', () => {
    const made = rig();
    made.czone.reclaim(1);
    made.czone.reclaim(2);
    const one = send(made, 1, 1, 0, 8);
    const two = send(made, 2, 2, 512, 4);
    made.clock.advance(79);
    expect([one(), two()]).toEqual([0, 0]);
    made.clock.advance(1);
    expect([one(), two()]).toEqual([ACK, ACK]);
    expect(made.clock.pending).toBe(0);
  });

  it('whose request is cancelled is refused, and nothing is released', () => {
    const made = rig();
    made.czone.reclaim(1);
    const status = send(made, 1, 1, 0, 8);
    made.clock.advance(40);
    made.czone.cancel(1);
    made.clock.advance(1000);
    expect([status(), made.host.released]).toEqual([NACK, []]);
  });

  it('of no time is answered at once', () => {
    const made = new Rig({ reportNs: () => 0 });
    made.zone(1, 0, 1);
    made.czone.reclaim(1);
    expect(made.report(1, 1, [[0, 8]], LAST)[0]).toBe(ACK);
  });

  it('that is malformed is answered at once', () => {
    const made = rig();
    made.czone.reclaim(1);
    expect(made.answer(2, [made.driver.put(new Uint8Array(15))])[0]).toBe(4);
  });

  it('is forgotten with a reset', () => {
    const made = rig();
    made.czone.reclaim(1);
    send(made, 1, 1, 0, 8);
    made.device.reset();
    made.clock.advance(1000);
    expect([made.host.released, made.clock.pending]).toEqual([[], 0]);
  });
});
