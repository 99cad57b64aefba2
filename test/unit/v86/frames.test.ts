import { expect, it } from 'vitest';

import { FlatMemory } from '../../../src/virtio/index.ts';
import { FrameAccount } from '../../../src/v86/frames.ts';
import { FakeV86 } from '../../support/v86.ts';

function made(): { cpu: FakeV86; memory: FlatMemory; frames: FrameAccount } {
  const cpu = new FakeV86();
  const memory = new FlatMemory(() => cpu.mem8.subarray(0));
  return { cpu, memory, frames: new FrameAccount(cpu, memory) };
}

it('a frame is backed from when it holds anything until it is given back', () => {
  const { cpu, memory, frames } = made();
  expect([frames.frames, frames.backedFrames()]).toEqual([512, 0]);
  memory.writeU16(300 * 4096 + 4094, 0x100);
  memory.writeU16(302 * 4096, 1);
  expect([frames.isBacked(300), frames.isBacked(301), frames.backedFrames()]).toEqual([
    true,
    false,
    2,
  ]);
  expect(frames.discard(300, 2)).toBe(1);
  expect(
    cpu.mem8
      .subarray(300 * 4096)
      .subarray(0, 8192)
      .some((byte) => byte !== 0),
  ).toBe(false);
  expect(frames.backedFrames(300, 303)).toBe(1);
  // Code that v86 compiled from the page is gone too.
  expect(cpu.forgotten).toEqual([[300 * 4096, 302 * 4096]]);
  memory.writeU16(301 * 4096, 1);
  expect(frames.backedFrames(300, 303)).toBe(2);
});

it('a frame that the guest cleared itself stays backed: only the host takes memory back', () => {
  const { memory, frames } = made();
  memory.writeU16(300 * 4096, 1);
  frames.backedFrames();
  memory.writeU16(300 * 4096, 0);
  expect(frames.isBacked(300)).toBe(true);
});

it('what is no memory is not given back', () => {
  const { cpu, memory, frames } = made();
  memory.bytes.fill(1);
  expect(frames.discard(511, 2)).toBe(-1);
  expect(frames.discard(0x9f, 2)).toBe(-1);
  expect(frames.discard(0xff, 1)).toBe(-1);
  expect(cpu.forgotten).toEqual([]);
  expect([frames.discard(0x9f, 1), frames.discard(0x100, 1)]).toEqual([1, 1]);
});

it('tells of what the driver says, in order', () => {
  const { frames } = made();
  const heard: string[] = [];
  frames.onEvent = (event, pfn, count): void => void heard.push(`${event} ${pfn} ${count}`);
  frames.discard(300, 2);
  frames.discard(600, 2);
  frames.willNeed(300, 1);
  frames.noteFree(400, 100);
  expect(heard).toEqual(['discard 300 2', 'need 300 1', 'note 400 100']);
});

it('follows the machine when its memory grows', () => {
  const { cpu, memory, frames } = made();
  memory.writeU16(300 * 4096, 1);
  cpu.memory.grow(1);
  expect([frames.isBacked(300), frames.discard(300, 1), memory.readU16(300 * 4096)]).toEqual([
    true,
    1,
    0,
  ]);
});

it('a copy has the same account', () => {
  const { memory, frames } = made();
  memory.writeU16(300 * 4096, 1);
  frames.backedFrames();
  memory.writeU16(300 * 4096, 0);
  const copy = made().frames;
  copy.load(frames.save());
  expect(copy.isBacked(300)).toBe(true);
});

it('frames outside, and accounts of another size, are refused', () => {
  const { frames } = made();
  for (const pfn of [-1, 512, 0.5, 5n, Symbol('x')] as never[]) {
    expect(() => frames.isBacked(pfn)).toThrow('pfn: expected');
  }
  expect(() => frames.backedFrames(0, 513)).toThrow('end: expected');
  expect(() => frames.discard(5n as never, 1)).toThrow('frames: pfn');
  expect(() => frames.load(new Uint8Array(511))).toThrow('backed.length: expected');
  expect(() => frames.load(5 as never)).toThrow('backed: expected');
});
