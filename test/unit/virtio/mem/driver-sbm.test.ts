/** Sub-block mode by itself: which request is next, and what is remembered (docs/linux-memory.md D.4 to D.6). */

import { describe, expect, it } from 'vitest';

import {
  SBM_KERNEL_PARTIAL,
  SBM_MOVABLE,
  SBM_MOVABLE_PARTIAL,
  SBM_OFFLINE,
  SBM_OFFLINE_PARTIAL,
  SBM_PLUGGED,
  SBM_UNUSED,
  SubBlockMode,
} from '../../../../src/virtio/mem/driver-sbm.ts';
import type { MemZone } from '../../../../src/virtio/index.ts';
import { finish, REGION, TestLink } from '../../../support/mem-link.ts';
import { BLOCK, MIB } from '../../../support/virtio-mem.ts';

interface Rig {
  readonly link: TestLink;
  readonly mode: SubBlockMode;
}

/** A mode on a region of 1 GiB whose blocks are onlined as the policy says when they are added. */
function rig(policy?: MemZone, regionAddr = REGION): Rig {
  const link = new TestLink();
  const mode = new SubBlockMode(link, regionAddr, 2 * MIB);
  mode.setUsableEnd(REGION + 1024 * MIB);
  const { guest } = link;
  guest.addMemory = (addr) => {
    guest.log.push(`add ${(addr - REGION) / MIB}`);
    if (guest.addResult !== 'ok') return guest.addResult;
    if (policy !== undefined) online({ link, mode }, addr, policy);
    return 'ok';
  };
  return { link, mode };
}

function online({ link, mode }: Rig, addr: number, zone: MemZone): void {
  link.guest.online.set(addr, zone);
  mode.onlined(addr, zone);
}

describe('plugging', () => {
  it('fills kernel blocks first, then movable ones, then offline ones', () => {
    const made = rig();
    const { link, mode } = made;
    // Three blocks, each left with its second half unplugged.
    for (let block = 0; block < 3; block++) {
      finish(mode.plug(128 * MIB));
    }
    expect(mode.states).toEqual([SBM_OFFLINE, SBM_OFFLINE, SBM_OFFLINE]);
    for (let block = 2; block >= 0; block--) finish(mode.unplug(2 * MIB));
    link.takeLog();
    // Unplugging goes on where it began, at the highest partial block: 6 MiB of the third.
    expect(mode.states).toEqual([SBM_OFFLINE, SBM_OFFLINE, SBM_OFFLINE_PARTIAL]);
    expect(mode.chunkState(REGION + 2 * BLOCK, BLOCK)).toBe('mixed');
    finish(mode.plug(6 * MIB));
    expect(link.takeLog()).toEqual(['plug 378+6']);
    expect(mode.states).toEqual([SBM_OFFLINE, SBM_OFFLINE, SBM_OFFLINE]);
  });

  it.each([
    ['kernel', SBM_KERNEL_PARTIAL],
    ['movable', SBM_MOVABLE_PARTIAL],
  ] as const)(
    'of a %s block gives the memory to the kernel, and completes its state',
    (zone, partial) => {
      const { link, mode } = rig(zone);
      finish(mode.plug(100 * MIB));
      expect(mode.states).toEqual([partial]);
      const before = link.guest.usable.size;
      finish(mode.plug(28 * MIB));
      expect(link.guest.usable.size - before).toBe(14);
      expect(mode.states).toEqual([partial - 1]);
    },
  );

  it('of a block that is offline gives the kernel nothing yet', () => {
    const { link, mode } = rig();
    finish(mode.plug(2 * MIB));
    finish(mode.plug(2 * MIB));
    expect(link.guest.usable.size).toBe(0);
    expect(mode.states).toEqual([SBM_OFFLINE_PARTIAL]);
  });

  it('counts added memory as offline until it is onlined, and stops where no more may be', () => {
    const made = rig();
    const { link, mode } = made;
    link.roomBytes = 2 * BLOCK;
    expect(finish(mode.plug(3 * BLOCK))).toBe('no-space');
    expect([mode.states.length, link.offlineBytes]).toEqual([2, 2 * BLOCK]);
    online(made, REGION, 'movable');
    expect([mode.states[0], link.offlineBytes]).toEqual([SBM_MOVABLE, BLOCK]);
    expect(finish(mode.plug(BLOCK))).toBe('ok');
  });

  it('stops at the end of the usable region', () => {
    const { mode } = rig('movable');
    mode.setUsableEnd(REGION + 2 * BLOCK + MIB);
    expect(finish(mode.plug(3 * BLOCK))).toBe('no-space');
    expect(mode.states).toHaveLength(2);
  });

  it('uses whole memory blocks only, and nothing for less than a sub-block', () => {
    const { link, mode } = rig('movable', REGION + 2 * MIB);
    expect(finish(mode.plug(2 * MIB - 1))).toBe('ok');
    expect(link.takeLog()).toEqual([]);
    finish(mode.plug(2 * MIB));
    expect(link.takeLog()).toEqual(['plug 128+2']);
  });

  it('leaves everything as it was when the device refuses', () => {
    const { link, mode } = rig('movable');
    link.answers.push('host-busy');
    expect(finish(mode.plug(4 * MIB))).toBe('host-busy');
    expect([mode.states, mode.chunkState(REGION, 4 * MIB)]).toEqual([[SBM_UNUSED], 'unplugged']);
    expect(link.guest.log).toEqual([]);
  });

  it('takes back what it plugged when the kernel cannot add it, at once or at the next clean-up', () => {
    const { link, mode } = rig();
    link.guest.addResult = 'no-memory';
    expect(finish(mode.plug(4 * MIB))).toBe('no-memory');
    expect([mode.states, link.offlineBytes]).toEqual([[SBM_UNUSED], 0]);
    link.takeLog();
    link.answers.push('ok', 'host-busy');
    link.guest.addResult = 'error';
    expect(finish(mode.plug(4 * MIB))).toBe('broken');
    expect(mode.states).toEqual([SBM_PLUGGED]);
    expect(finish(mode.cleanUp())).toBe('ok');
    expect(link.takeLog()).toEqual(['plug 0+4', 'unplug 0+4 host-busy', 'unplug 0+4']);
    expect(mode.states).toEqual([SBM_UNUSED]);
  });
});

describe('unplugging', () => {
  it('takes offline memory first, from the highest address down', () => {
    const made = rig();
    const { link, mode } = made;
    finish(mode.plug(3 * BLOCK));
    online(made, REGION + 2 * BLOCK, 'movable');
    link.takeLog();
    expect(finish(mode.unplug(BLOCK + 4 * MIB))).toBe('ok');
    expect(link.takeLog()).toEqual(['unplug 128+128', 'unplug 124+4']);
    expect(link.guest.log.at(-1)).toBe(`remove ${4096 + 128}+128`);
    expect([mode.states[1], link.retries]).toEqual([SBM_UNUSED, 1]);
  });

  it('takes an online block in one piece, or sub-block by sub-block round what will not move', () => {
    const { link, mode } = rig('movable');
    finish(mode.plug(2 * BLOCK));
    link.guest.pinned.add(REGION + 126 * MIB);
    link.takeLog();
    expect(finish(mode.unplug(2 * BLOCK))).toBe('busy');
    const log = link.takeLog();
    expect(log.slice(0, 3)).toEqual(['unplug 128+128', 'skip 126+2', 'unplug 124+2']);
    expect(log).toHaveLength(1 + 1 + 63);
    expect(mode.states).toEqual([SBM_MOVABLE_PARTIAL, SBM_UNUSED]);
    expect(mode.chunkState(REGION + 126 * MIB, 2 * MIB)).toBe('plugged');
  });

  it('prefers partial blocks to whole ones, movable to kernel', () => {
    const made = rig();
    const { link, mode } = made;
    finish(mode.plug(4 * BLOCK - 2 * MIB));
    for (const [block, zone] of ['movable', 'kernel', 'movable', 'kernel'].entries()) {
      online(made, REGION + block * BLOCK, zone as MemZone);
    }
    finish(mode.unplug(126 * MIB));
    link.takeLog();
    // The partial kernel block is used up; then movable blocks from the top, then kernel ones.
    finish(mode.unplug(3 * BLOCK));
    expect(link.takeLog()).toEqual(['unplug 256+128', 'unplug 0+128', 'unplug 128+128']);
  });

  it('gives the pages back to the kernel when the device refuses', () => {
    const { link, mode } = rig('movable');
    finish(mode.plug(BLOCK));
    for (let at = 0; at < BLOCK; at += 2 * MIB) link.guest.usable.add(REGION + at);
    link.answers.push('again');
    expect(finish(mode.unplug(BLOCK))).toBe('again');
    expect([link.guest.usable.size, mode.states]).toEqual([64, [SBM_MOVABLE]]);
  });

  it('leaves online memory alone where that is the setting', () => {
    const { link, mode } = rig('movable');
    finish(mode.plug(BLOCK));
    link.takeLog();
    link.unplugsOnline = false;
    expect(finish(mode.unplug(2 * MIB))).toBe('busy');
    expect(link.takeLog()).toEqual([]);
  });

  it('ends when the config changes under it', () => {
    const { link, mode } = rig('movable');
    finish(mode.plug(BLOCK));
    link.fakeOfflineResult = 'again';
    expect(finish(mode.unplug(BLOCK))).toBe('again');
    expect(mode.states).toEqual([SBM_MOVABLE]);
  });

  it('tries again to remove an empty block that stayed, with the next clean-up', () => {
    const { link, mode } = rig('movable');
    finish(mode.plug(BLOCK));
    link.guest.removeResult = 'busy';
    expect(finish(mode.unplug(BLOCK))).toBe('ok');
    expect([mode.hasLeftover, mode.states]).toEqual([true, [SBM_MOVABLE_PARTIAL]]);
    finish(mode.cleanUp());
    expect(mode.hasLeftover).toBe(true);
    link.guest.removeResult = 'ok';
    finish(mode.cleanUp());
    expect([mode.hasLeftover, mode.states]).toEqual([false, [SBM_UNUSED]]);
  });
});

it('a copy remembers states and sub-blocks, each for itself', () => {
  const { link, mode } = rig('movable');
  finish(mode.plug(4 * MIB));
  const copy = new SubBlockMode(new TestLink(), REGION, 2 * MIB);
  copy.load(mode.save());
  finish(mode.plug(2 * MIB));
  expect(mode.chunkState(REGION + 4 * MIB, 2 * MIB)).toBe('plugged');
  expect(copy.chunkState(REGION, 6 * MIB)).toBe('mixed');
  expect(copy.states).toEqual([SBM_MOVABLE_PARTIAL]);
  expect(link.log).toEqual(['plug 0+4', 'plug 4+2']);
});

it.each([undefined, 5, {}, { states: [], plugged: [5], online: [], hasLeftover: false }])(
  'loads no %j',
  (state) => {
    const mode = new SubBlockMode(new TestLink(), REGION, 2 * MIB);
    expect(() => mode.load(state as never)).toThrow('mode');
    expect(mode.states).toEqual([]);
  },
);
