/** Firecracker's and QEMU's names beside ours. */
import { describe, expect, it } from 'vitest';
import { MIB, NS_PER_S } from '../../../../src/abi/unit.ts';
import {
  balloonSettings,
  requestedBytesOf,
  targetPagesOf,
} from '../../../../src/vmm/device/vmm-names.ts';
import { Balloon, Vmm } from '../../../../src/vmm/index.ts';
import { guestConfig, vmmFootprint } from '../../../../src/scenario/index.ts';

describe('settings of a balloon', () => {
  it('are the same by both names', () => {
    const theirs = { amount_mib: 64, deflate_on_oom: true, free_page_reporting: true };
    const ours = { targetPages: 16_384, deflateOnOom: true, freePageReporting: true };
    expect(balloonSettings(theirs)).toEqual(ours);
    expect(balloonSettings(ours)).toEqual(ours);
    expect(balloonSettings({ stats_polling_interval_s: 2 })).toEqual({
      stats: true,
      statsIntervalNs: 2 * NS_PER_S,
    });
    expect(balloonSettings({ stats_polling_interval_s: 0 })).toEqual({ stats: false });
  });

  it('have dashes with QEMU', () => {
    const theirs = {
      'deflate-on-oom': true,
      'free-page-hint': false,
      'free-page-reporting': true,
      'guest-stats-polling-interval': 3,
    };
    expect(balloonSettings(theirs)).toEqual({
      deflateOnOom: true,
      freePageHinting: false,
      freePageReporting: true,
      stats: true,
      statsIntervalNs: 3 * NS_PER_S,
    });
    const both = { 'deflate-on-oom': true, deflate_on_oom: false };
    expect(() => balloonSettings(both)).toThrow('deflate-on-oom: expected it or deflateOnOom');
  });

  it('are refused when they are said by both, or are none', () => {
    const both = { deflate_on_oom: true, deflateOnOom: true };
    expect(() => balloonSettings(both)).toThrow('deflate_on_oom: expected it or deflateOnOom');
    expect(() => balloonSettings({ amount_mib: -1 })).toThrow('mib: expected');
    expect(() => balloonSettings({ stats_polling_interval_s: 0.1 })).toThrow('interval');
  });

  it('inflate a balloon by as much', () => {
    const frames = 2 ** 16;
    const vmm = new Vmm({ hostFrames: 4 * frames, footprint: vmmFootprint() });
    const vm = vmm.boot(guestConfig({ memoryFrames: frames }))!;
    const balloon = new Balloon(vm, vmm.clock, { amount_mib: 16 });
    vmm.advance(NS_PER_S);
    expect(balloon.actualPages).toBe(4096);
    expect(balloon.setTarget({ amount_mib: 8 })).toBe('ok');
    vmm.advance(NS_PER_S);
    expect(balloon.actualPages).toBe(2048);
  });
});

it('sizes are numbers of ours, or MiB by their names', () => {
  expect(targetPagesOf(7)).toBe(7);
  expect(targetPagesOf({ amount_mib: 1 })).toBe(256);
  expect(requestedBytesOf(MIB)).toBe(MIB);
  expect(requestedBytesOf({ requested_size_mib: 128 })).toBe(128 * MIB);
  expect(requestedBytesOf({ 'requested-size': 3 * MIB })).toBe(3 * MIB);
  expect(() => requestedBytesOf({ 'requested-size': Number.NaN })).toThrow('requested-size');
  expect(() => requestedBytesOf({ requested_size_mib: -1 })).toThrow('requested_size_mib');
});
