/** HyperAlloc's driver on a guest kernel: what it says is what the kernel has. */
import { describe, expect, it } from 'vitest';
import { GuestMemory, LlfreeZones } from '../../../../src/guest/index.ts';
import { CoreLlfreeGuest } from '../../../../src/virtio/index.ts';
import { anonymous, llfreeGuest, takeAll } from '../../../support/llfree-guest.ts';

describe('the kernel behind the driver', () => {
  it('has the zones above the first 16 MiB that have memory', () => {
    const { core } = llfreeGuest(64, 3);
    const guest = new CoreLlfreeGuest(new LlfreeZones(new GuestMemory(core, false)));
    expect(guest.cpus).toBe(3);
    expect(guest.zones()).toEqual([{ node: 0, zone: 1, start: 4096, frames: 12_288 }]);
  });

  it('names what a request waits for', () => {
    const made = llfreeGuest(64);
    const guest = new CoreLlfreeGuest(new LlfreeZones(new GuestMemory(made.core, false)));
    expect(guest.waiting).toBeUndefined();
    takeAll(made, false);
    made.core.objects.touch(anonymous(made.core), 0, 3000, true, 0);
    const pfn = made.core.pages.waitingFrame as number;
    expect(guest.waiting).toEqual({ zone: 1, pfn: pfn - (pfn % 512) });
  });
});
