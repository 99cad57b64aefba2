// The emulated guest of a live run.

import { beforeEach, describe, expect, it } from 'vitest';
import { GFP_KERNEL, GFP_WRITE } from '../../../../src/core/index.ts';
import { LiveGuest } from '../../../../src/recording/live/guest.ts';
import { LiveMachine } from '../../../../src/recording/live/machine.ts';
import { NOBODY, ROLE_CACHE, ROLE_TASK, Tenants } from '../../../../src/recording/live/tenants.ts';
import { ANON, HUGE, READAHEAD, TraceScript, ZONE_FRAMES } from '../../../support/recording.ts';
import { expectSound } from '../../../support/vm.ts';

let machine: LiveMachine;
let tenants: Tenants;
let guest: LiveGuest;
beforeEach(() => {
  machine = new LiveMachine(new TraceScript().finish(), 'verify', [], 0);
  tenants = new Tenants(machine.spanFrames);
  guest = new LiveGuest(machine, tenants);
});

/** Reads pages of files, at recorded frames from `home` on. */
function read(pages: number, home: number): void {
  for (let page = 0; page < pages; page += 1) guest.hold(ROLE_CACHE, 0, home + page, READAHEAD, 0);
}

describe('requests and frees of tasks', () => {
  it('have a place of their own and give it back', () => {
    guest.hold(ROLE_TASK, 3, 5000, GFP_KERNEL, 0);
    const block = tenants.at(5000);
    expect(tenants.placeOf(block)).toBeGreaterThan(0);
    guest.release(block, 0);
    expect([tenants.at(5000), tenants.isGone(block)]).toEqual([NOBODY, true]);
    expectSound(machine.vm);
  });

  it('that free a part of a block find single pages', () => {
    guest.hold(ROLE_TASK, 1, 5000, GFP_KERNEL, 0);
    guest.split(tenants.at(5000));
    guest.release(tenants.at(5001), 0);
    expect([tenants.at(5000) === NOBODY, tenants.at(5001)]).toEqual([false, NOBODY]);
    expectSound(machine.vm);
  });

  it('get single pages where there is no huge one', () => {
    const last = 5000 + ZONE_FRAMES - 100;
    for (let home = 5000; home < last; home += 1) guest.hold(ROLE_TASK, 0, home, GFP_KERNEL, 0);
    for (let home = 5000; home < 9000; home += 2) guest.release(tenants.at(home), 0);
    guest.hold(ROLE_TASK, 9, 60_000, HUGE, 0);
    expect(guest.counts.failed).toBe(1);
    expect(tenants.orderOf(tenants.at(60_000))).toBe(0);
  });
});

describe('commands of the recording', () => {
  it('have khugepaged raise the watermarks once huge pages are switched on', () => {
    const [, zone] = machine.vm.guest.core.kernelZones;
    const before = zone?.lowMark ?? 0;
    guest.startKhugepaged();
    expect(zone?.lowMark).toBeGreaterThan(10 * before);
    expectSound(machine.vm);
  });

  it('give a block back past the lists of a CPU whose lock an interrupt found taken', () => {
    const [, zone] = machine.vm.guest.core.kernelZones;
    for (const home of [5000, 5002]) guest.hold(ROLE_TASK, 1, home, GFP_KERNEL, 0);
    const before = zone?.free ?? 0;
    guest.release(tenants.at(5000), 0);
    expect(zone?.free).toBe(before);
    guest.release(tenants.at(5002), 0, true);
    expect(zone?.free).toBe(before + 2);
    expectSound(machine.vm);
  });
});

/** Writes pages of files. */
function write(pages: number): void {
  for (let page = 0; page < pages; page += 1) {
    guest.hold(ROLE_CACHE, 0, 5000 + page, READAHEAD | GFP_WRITE, 0);
  }
}

/** Pages of files that are left when all that can be has been given up. */
function left(): number {
  machine.vm.guest.memory.dropIn(0, machine.spanFrames);
  return guest.figures()['page cache']!;
}

describe('pages of files that were written', () => {
  it('are not given up for half a minute', () => {
    write(100);
    machine.vmm.clock.advance(29e9);
    expect(left()).toBe(100);
    machine.vmm.clock.advance(2e9);
    expect(left()).toBe(0);
  });

  it('have half a minute of their own, whatever was written before', () => {
    write(100);
    for (let page = 0; page < 100; page += 1) guest.release(tenants.at(5000 + page), 0);
    machine.vmm.clock.advance(20e9);
    write(100);
    machine.vmm.clock.advance(15e9);
    expect(left()).toBe(100);
  });

  it('are clean sooner where they are more than a tenth of what is free or cached', () => {
    write(ZONE_FRAMES / 8);
    expect(left()).toBeLessThan(ZONE_FRAMES / 8);
  });
});

describe('its reclaim', () => {
  it('drops what it likes; a free of that is skipped', () => {
    read(ZONE_FRAMES - 100, 5000);
    for (let page = 0; page < 200; page += 1) guest.hold(ROLE_TASK, 0, 40_000 + page, ANON, 0);
    expect(guest.counts.failed).toBe(0);
    const before = guest.figures()['page cache']!;
    expect(before).toBeLessThan(ZONE_FRAMES - 100);
    guest.release(tenants.at(5000), 0);
    expect(guest.counts.skippedFrees).toBe(1);
    expect(guest.figures()['page cache']).toBe(before);
    expectSound(machine.vm);
  });

  it('and the kernel’s even out: as many dropped here as there, no page is missed', () => {
    read(ZONE_FRAMES - 100, 5000);
    for (let page = 0; page < 200; page += 1) guest.hold(ROLE_TASK, 0, 40_000 + page, ANON, 0);
    const dropped = ZONE_FRAMES - 100 - guest.figures()['page cache']!;
    // the kernel drops others: the youngest
    for (let page = 0; page < dropped; page += 1) {
      guest.kernelDropped(tenants.at(5000 + ZONE_FRAMES - 101 - page));
    }
    for (let page = 0; page < 10; page += 1) guest.release(tenants.at(5000 + page), 0);
    expect(guest.counts.skippedFrees).toBe(0);
    // the kernel drops more than this guest: what is read again is still there
    guest.kernelDropped(tenants.at(5100));
    const pages = guest.figures()['page cache']!;
    guest.readAgain(50_000, READAHEAD, 0);
    expect([guest.counts.hits, guest.refaults, guest.figures()['page cache']]).toEqual([
      1,
      0,
      pages,
    ]);
    guest.readAgain(50_001, READAHEAD, 0);
    expect([guest.counts.hits, guest.refaults]).toEqual([1, 1]);
    expectSound(machine.vm);
  });
});
