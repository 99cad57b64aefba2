import { describe, expect, it } from 'vitest';

import { DeviceContext } from '../../../../src/virtio/czone/device-context.ts';
import { newCZoneCounters } from '../../../../src/virtio/czone/host.ts';
import { ack, error, nack } from '../../../../src/virtio/czone/request.ts';
import { ZoneTable } from '../../../../src/virtio/czone/zones.ts';
import type { DevicePort } from '../../../../src/virtio/index.ts';

function context(backed: number): DeviceContext & { readonly calls: string[] } {
  const calls: string[] = [];
  const table = new ZoneTable(8);
  table.create(1, Infinity);
  table.give(2, 3, 1);
  const made = new DeviceContext(
    { startPfn: 0x40000, blockFrames: 512, granuleFrames: 1, maxZones: 8, maxRanges: 32 },
    { usableBlocks: 8, requestedBlocks: 8, zoneLimitBlocks: Infinity },
    table,
    {
      plug: () => true,
      release: () => 0,
      unplug: (pfn, frames) => {
        calls.push(`unplug ${pfn - 0x40000}+${frames}`);
        return backed;
      },
    },
    newCZoneCounters(),
  );
  made.port = {
    features: 0b101n,
    violation: (what: string) => calls.push(what),
  } as unknown as DevicePort;
  return Object.assign(made, { calls });
}

it('a feature is there when all bits of it were accepted', () => {
  const made = context(0);
  expect([made.has(1n), made.has(4n), made.has(5n), made.has(2n), made.has(3n)]).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});

describe('an answer', () => {
  it('is counted by its status; NACK and ERROR: ERROR is a violation by name', () => {
    const made = context(0);
    made.countAnswer('guest', ack(1));
    made.countAnswer('report', nack(11));
    made.countAnswer('guest', error(5));
    made.countAnswer('guest', error(99));
    expect(made.counters.answers).toEqual([0, 1, 1, 0, 2]);
    expect(made.calls).toEqual(['czone-guest-zone-exists', 'czone-guest-99']);
  });
});

describe('unplugging', () => {
  it('takes the run from guest and books, and counts what was backed', () => {
    const made = context(700);
    expect(made.unplug(2, 2)).toBe(true);
    expect(made.calls).toEqual(['unplug 1024+1024']);
    expect([made.table.pluggedBlocks, made.table.zone(1)?.blocks]).toEqual([1, 1]);
    expect(made.counters).toMatchObject({
      releaseCalls: 1,
      unpluggedBlocks: 2,
      unpluggedPages: 700,
    });
  });

  it('changes no books when the host refuses', () => {
    const made = context(-1);
    expect(made.unplug(2, 2)).toBe(false);
    expect([made.table.pluggedBlocks, made.counters.unpluggedBlocks]).toEqual([3, 0]);
  });
});
