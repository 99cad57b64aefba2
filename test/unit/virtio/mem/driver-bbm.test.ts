/** Big-block mode by itself: whole blocks or none (docs/linux-memory.md D.3 to D.6). */

import { describe, expect, it } from 'vitest';

import {
  BBM_ADDED,
  BBM_FAKE_OFFLINE,
  BBM_PLUGGED,
  BBM_UNUSED,
  BigBlockMode,
} from '../../../../src/virtio/mem/driver-bbm.ts';
import type { MemZone } from '../../../../src/virtio/index.ts';
import { finish, REGION, TestLink } from '../../../support/mem-link.ts';
import { BLOCK, MIB } from '../../../support/virtio-mem.ts';

/** Big blocks of two memory blocks. */
const BIG = 2 * BLOCK;

interface Rig {
  readonly link: TestLink;
  readonly mode: BigBlockMode;
}

/** Memory blocks are onlined when they are added, unless there is no policy. */
function rig(policy?: MemZone): Rig {
  const link = new TestLink();
  const mode = new BigBlockMode(link, REGION, BIG);
  mode.setUsableEnd(REGION + 4 * BIG);
  const { guest } = link;
  guest.addMemory = (addr, lengthBytes) => {
    if (guest.addResult !== 'ok') return guest.addResult;
    if (policy === undefined) return 'ok';
    for (let at = addr; at < addr + lengthBytes; at += BLOCK) {
      for (let sub = at; sub < at + BLOCK; sub += 2 * MIB) guest.usable.add(sub);
      mode.onlined(at, policy);
    }
    return 'ok';
  };
  return { link, mode };
}

describe('plugging', () => {
  it('is by whole big blocks, in address order', () => {
    const { link, mode } = rig('movable');
    expect(finish(mode.plug(2 * BIG + BLOCK))).toBe('ok');
    expect(link.takeLog()).toEqual(['plug 0+256', 'plug 256+256']);
    expect([mode.states, link.offlineBytes]).toEqual([[BBM_ADDED, BBM_ADDED], 0]);
    expect(mode.chunkState(REGION + 300 * MIB)).toBe('plugged');
    expect(mode.chunkState(REGION + 600 * MIB)).toBe('unplugged');
  });

  it('uses blocks again that were given back, before new ones', () => {
    const { link, mode } = rig('movable');
    finish(mode.plug(2 * BIG));
    finish(mode.unplug(2 * BIG));
    link.takeLog();
    finish(mode.plug(3 * BIG));
    expect(link.takeLog()).toEqual(['plug 0+256', 'plug 256+256', 'plug 512+256']);
    expect(mode.states).toHaveLength(3);
  });

  it('stops where offline memory would be too much, and at the usable end', () => {
    const { link, mode } = rig();
    link.roomBytes = BIG;
    expect(finish(mode.plug(2 * BIG))).toBe('no-space');
    expect(link.offlineBytes).toBe(BIG);
    mode.onlined(REGION, 'kernel');
    mode.onlined(REGION, 'kernel');
    expect(link.offlineBytes).toBe(BLOCK);
    link.roomBytes = Infinity;
    mode.setUsableEnd(REGION + 2 * BIG - 1);
    expect(finish(mode.plug(BIG))).toBe('no-space');
  });

  it('unplugs what the kernel could not add, and remembers it when the device refuses', () => {
    const { link, mode } = rig();
    link.guest.addResult = 'no-memory';
    expect(finish(mode.plug(BIG))).toBe('no-memory');
    expect([mode.states, link.offlineBytes]).toEqual([[BBM_UNUSED], 0]);
    link.answers.push('ok', 'host-busy');
    expect(finish(mode.plug(BIG))).toBe('no-memory');
    expect(mode.states).toEqual([BBM_PLUGGED]);
    link.takeLog();
    finish(mode.cleanUp());
    expect([link.takeLog(), mode.states]).toEqual([['unplug 0+256'], [BBM_UNUSED]]);
  });
});

describe('unplugging', () => {
  it('takes offline blocks first, then movable ones, then any, the highest first', () => {
    const { link, mode } = rig();
    finish(mode.plug(4 * BIG));
    // 0 is movable, 1 kernel in part, 2 offline, 3 movable.
    const zones: [number, MemZone][] = [
      [0, 'movable'],
      [1, 'movable'],
      [2, 'movable'],
      [3, 'kernel'],
      [6, 'movable'],
      [7, 'movable'],
    ];
    for (const [block, zone] of zones) mode.onlined(REGION + block * BLOCK, zone);
    link.takeLog();
    expect(finish(mode.unplug(4 * BIG))).toBe('ok');
    expect(link.takeLog()).toEqual([
      'unplug 512+256',
      'unplug 768+256',
      'unplug 0+256',
      'unplug 256+256',
    ]);
    expect(link.offlineBytes).toBe(0);
  });

  it('leaves online blocks alone where that is the setting', () => {
    const { link, mode } = rig('movable');
    finish(mode.plug(BIG));
    link.takeLog();
    link.unplugsOnline = false;
    expect([finish(mode.unplug(BIG)), link.takeLog()]).toEqual(['busy', []]);
  });

  it('rolls back as a whole when one memory block of it will not go', () => {
    const { link, mode } = rig('movable');
    finish(mode.plug(BIG));
    link.guest.pinned.add(REGION + BLOCK + 2 * MIB);
    expect(finish(mode.unplug(BIG))).toBe('busy');
    expect(link.guest.usable.size).toBe(128);
    expect([mode.states, link.log.at(-1)]).toEqual([[BBM_ADDED], 'skip 128+128']);
  });

  it('rolls back when the kernel cannot remove it', () => {
    const { link, mode } = rig('movable');
    finish(mode.plug(BIG));
    link.guest.removeResult = 'busy';
    expect(finish(mode.unplug(BIG))).toBe('busy');
    expect([mode.states, link.guest.usable.size]).toEqual([[BBM_ADDED], 128]);
  });

  it('remembers a block that is removed and that the device will not take', () => {
    const { link, mode } = rig('movable');
    finish(mode.plug(BIG));
    link.answers.push('host-busy');
    expect(finish(mode.unplug(BIG))).toBe('host-busy');
    expect([mode.states, mode.chunkState(REGION)]).toEqual([[BBM_PLUGGED], 'unplugged']);
    expect([finish(mode.cleanUp()), mode.states]).toEqual(['ok', [BBM_UNUSED]]);
  });

  it('of less than a big block is nothing', () => {
    const { link, mode } = rig('movable');
    finish(mode.plug(BIG));
    link.takeLog();
    expect([finish(mode.unplug(BIG - 1)), link.takeLog()]).toEqual(['ok', []]);
  });
});

describe('a copy', () => {
  it('knows which blocks are online, and where', () => {
    const { mode } = rig('movable');
    finish(mode.plug(BIG));
    const link = new TestLink();
    const copy = new BigBlockMode(link, REGION, BIG);
    copy.load(mode.save());
    copy.onlined(REGION, 'movable');
    expect(link.offlineBytes).toBe(0);
    expect([finish(copy.unplug(BIG)), link.offlineBytes]).toEqual(['ok', 0]);
    expect(mode.states).toEqual([BBM_ADDED]);
  });

  it('goes on cleaning up where a block was left over', () => {
    const link = new TestLink();
    const copy = new BigBlockMode(link, REGION, BIG);
    copy.load({ states: [BBM_FAKE_OFFLINE], plugged: [], online: [], hasLeftover: true });
    link.guest.removeResult = 'busy';
    expect([finish(copy.cleanUp()), copy.hasLeftover]).toEqual(['ok', true]);
    link.guest.removeResult = 'ok';
    expect([finish(copy.cleanUp()), copy.hasLeftover]).toEqual(['ok', false]);
    expect(link.takeLog()).toEqual(['unplug 0+256']);
  });
});

it.each([undefined, 5, {}, { states: [], plugged: [5], online: [], hasLeftover: false }])(
  'loads no %j',
  (state) => {
    const mode = new BigBlockMode(new TestLink(), REGION, BIG);
    expect(() => mode.load(state as never)).toThrow('mode');
    expect(mode.states).toEqual([]);
  },
);
