// Memory blocks in the guest kernel: emptying one that holds more balloon pages than the core's log of moves.

import { describe, expect, it } from 'vitest';
import { GFP_BALLOON } from '../../../../src/abi/gfp.ts';
import { ZONE_MOVABLE } from '../../../../src/abi/layout.ts';
import { MEMORY_BLOCK_FRAMES } from '../../../../src/abi/unit.ts';
import { Core, boot, faultText, layoutOf, verify } from '../../../../src/core/index.ts';
import { GuestMemory } from '../../../../src/guest/memory.ts';
import { MemoryBlocks } from '../../../../src/guest/service/memory-blocks.ts';
import { balloonTake } from '../../../support/core.ts';

const PLUG = 0x18000;

function bootMemory(): GuestMemory {
  const layout = layoutOf(0x10000, [{ start: 0x8000, count: 1024 }], PLUG + MEMORY_BLOCK_FRAMES);
  const core = Core.create({ frames: layout.frames, build: 'verify' });
  boot(core, layout, true);
  return new GuestMemory(core, false);
}

describe('MemoryBlocks', () => {
  it.each([
    undefined,
    5,
    {},
    { policy: 'x' },
    { policy: 'online_movable', autoMovablePercent: -1 },
  ])('has one of its policies: not %j', (options) => {
    const memory = bootMemory();
    expect(() => new MemoryBlocks(memory, options as never)).toThrow('expected');
    const blocks = new MemoryBlocks(memory, { policy: 'online_movable' });
    expect(() => blocks.isMovable(0.5)).toThrow('frame: expected a whole number');
  });

  it('empties a block however many pages must be told about', () => {
    const memory = bootMemory();
    const blocks = new MemoryBlocks(memory, { policy: 'online_movable' });
    expect(blocks.add(PLUG)).toBe(true);
    blocks.online(PLUG, ZONE_MOVABLE);
    for (let batch = 0; batch < 20; batch += 1) {
      expect(balloonTake(memory.core, 256, 0, GFP_BALLOON, 0)).toBe(256);
    }
    let moves = 0;
    memory.addMoveListener((from) => {
      expect(from).toBeGreaterThanOrEqual(PLUG);
      moves += 1;
    });
    expect(blocks.offline(PLUG)).toBe('ok');
    expect(moves).toBe(20 * 256);
    const fault = verify(memory.core);
    expect(fault === undefined ? '' : faultText(fault)).toBe('');
  });

  it('has what can be given up in a contiguous range given up, not moved, unless nothing can move', () => {
    const memory = bootMemory();
    const blocks = new MemoryBlocks(memory, { policy: 'online_movable' });
    blocks.add(PLUG);
    blocks.online(PLUG, ZONE_MOVABLE);
    const asked: [number, number][] = [];
    const dropIn = (start: number, frames: number): void => void asked.push([start, frames]);
    memory.addShrinker({ pages: 0, shrink: () => 0, dropIn });
    expect(blocks.fakeOffline(PLUG, 512)).toBe('ok');
    expect(asked).toEqual([[PLUG, 512]]);
    expect(blocks.fakeOffline(0x8000, 512)).toBe('busy');
    expect(asked).toHaveLength(1);
  });
});
