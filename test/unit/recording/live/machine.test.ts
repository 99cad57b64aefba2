// The machine of a recording: its state, its devices, its host's pace.

import { expect, it } from 'vitest';
import {
  MIB,
  STAT_ALLOC_PAGES,
  STAT_FREE_PAGES,
  STAT_REPORTED_PAGES,
} from '../../../../src/core/index.ts';
import { requestPages } from '../../../../src/guest/index.ts';
import { LiveMachine } from '../../../../src/recording/live/machine.ts';
import type { Wish } from '../../../../src/recording/live/wishes.ts';
import { ANON, TraceScript, ZONE_FRAMES } from '../../../support/recording.ts';
import { expectSound } from '../../../support/vm.ts';

const FROM_NS = 30e9;
/** The host's log: 128 MiB wished for. */
const PLUGGED =
  "1.0 {'execute': 'qom-set', 'arguments': {'path': 'vmem0', 'property': 'requested-size', 'value': 134217728}} {'return': {}}";

it('has the recorded state, and no device that the recording does not show', () => {
  const machine = new LiveMachine(new TraceScript().finish(), 'verify', [], FROM_NS);
  expect(machine.vm.guest.core.kernelZones[1]?.free).toBe(ZONE_FRAMES);
  expect([machine.balloon, machine.mem]).toEqual([undefined, undefined]);
  expect(machine.vmm.clock.nowNs).toBe(FROM_NS);
  expectSound(machine.vm);
});

/** A balloon of so many frames is wished for; before each message lie so many us. */
function balloon(frames: number, ...gapsUs: number[]): Wish {
  const messages = gapsUs.map((gapUs) => ({ gapUs, pagesUs: [] }));
  return { kind: 'balloon', atUs: 0, frames, messages, messageUs: 0, moves: [] };
}

it('looks at the balloon’s messages as slowly as it is told', () => {
  const wish = balloon(1024, 0, 1000, 1000, 5000);
  const machine = new LiveMachine(new TraceScript().finish(), 'verify', [wish], FROM_NS);
  machine.wish(wish);
  expect(machine.balloon?.actualPages).toBe(0);
  machine.vmm.clock.advance(2.5e6);
  expect(machine.balloon?.actualPages).toBe(512);
  machine.vmm.clock.advance(4e6);
  expect(machine.balloon?.actualPages).toBe(512);
  machine.vmm.clock.advance(1e9);
  expect(machine.balloon?.actualPages).toBe(1024);
  expectSound(machine.vm);
});

it('has a message’s pages taken, and given back, as slowly as it is told', () => {
  const pagesUs = Array.from({ length: 256 }, (_, page) => (page < 100 ? 0 : 1000));
  const wish: Wish = { ...balloon(256), messages: [{ gapUs: 0, pagesUs }] };
  const machine = new LiveMachine(new TraceScript().finish(), 'verify', [wish], FROM_NS);
  const free = (): number => machine.vm.guest.memory.core.stat(STAT_ALLOC_PAGES);
  const before = free();
  machine.wish(wish);
  expect(free() - before).toBe(100);
  machine.vmm.clock.advance(1e6);
  expect([free() - before, machine.balloon?.actualPages]).toEqual([256, 256]);
  const freed = (): number => machine.vm.guest.memory.core.stat(STAT_FREE_PAGES);
  const held = freed();
  machine.wish({ ...wish, frames: 0 });
  expect(freed() - held).toBe(100);
  machine.vmm.clock.advance(1e6);
  expect([freed() - held, machine.balloon?.actualPages]).toEqual([256, 0]);
  expectSound(machine.vm);
});

it('lets the background work while the balloon’s driver waits for the host', () => {
  const frames = ZONE_FRAMES - 20;
  const wish = balloon(frames, 1000);
  const machine = new LiveMachine(new TraceScript().finish(), 'verify', [wish], FROM_NS);
  machine.wish(wish);
  machine.vmm.clock.advance(1e9);
  expect(machine.vm.guest.memory.kswapd.runs).toBeGreaterThan(0);
  expectSound(machine.vm);
});

function size(mib: number, moves: Wish['moves']): Wish {
  return { kind: 'size', atUs: 0, frames: (mib * MIB) / 4096, messages: [], messageUs: 0, moves };
}

it('plugs what is wished for, where the recorded kernel would bring it online', () => {
  const deviceLog = [
    'virtio_mem_plug_request addr=0x100000000 nb_blocks=64',
    'virtio_mem_send_response type=0',
  ];
  const made = { ...new TraceScript().finish(), deviceLog, hostLog: [PLUGGED] };
  const capture = { ...made, cmdline: 'quiet memhp_default_state=online_movable' };
  const machine = new LiveMachine(capture, 'verify', [], FROM_NS);
  machine.wish(size(128, []));
  expect(machine.mem?.pluggedBytes).toBe(128 * MIB);
  expect(machine.vm.guest.core.kernelZones[3]?.free).toBe(32768);
});

it('answers a message of virtio-mem when the recorded driver had moved as many pages', () => {
  const deviceLog = [
    'virtio_mem_plug_request addr=0x100000000 nb_blocks=64',
    'virtio_mem_send_response type=0',
  ];
  const made = { ...new TraceScript().finish(), deviceLog, hostLog: [PLUGGED] };
  const capture = { ...made, cmdline: 'quiet memhp_default_state=online_movable' };
  const machine = new LiveMachine(capture, 'verify', [], FROM_NS);
  machine.wish(size(128, []));
  for (let page = 0; page < 100; page += 1) requestPages(machine.vm.guest.memory, ANON, 0);
  machine.wish(size(0, [{ pages: 100, us: 7000 }]));
  machine.vmm.clock.advance(6e6);
  expect(machine.mem?.pluggedBytes).toBeGreaterThan(0);
  machine.vmm.clock.advance(2e6);
  expect(machine.mem?.pluggedBytes).toBe(0);
  expectSound(machine.vm);
});

/** What the guest has reported when a recording begins whose first pass reports so many blocks. */
function reportedOf(blocks: number): number {
  const capture = new TraceScript().finish();
  const event = { line: 1, timeUs: 1, cpu: 0, pid: 5, a: 0, b: 10 };
  const events = [
    { ...event, kind: 'report' as const },
    ...Array.from({ length: blocks }, () => ({ ...event, kind: 'putback' as const })),
  ];
  const extra = { ...capture.extra, events };
  const machine = new LiveMachine({ ...capture, extra }, 'verify', [], FROM_NS);
  return machine.vm.guest.core.stat(STAT_REPORTED_PAGES);
}

it('has reported what is free when the recording begins, unless the first recorded pass still does', () => {
  expect(reportedOf(1)).toBeGreaterThan(ZONE_FRAMES / 2);
  expect(reportedOf(ZONE_FRAMES / 1024)).toBe(0);
});
