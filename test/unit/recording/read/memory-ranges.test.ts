import { expect, it } from 'vitest';
import { MemoryRanges } from '../../../../src/recording/read/memory-ranges.ts';

const BLOCK = 0x8000;

it('frames of a recording are those of its spans', () => {
  const memory = new MemoryRanges([
    { start: 1, end: 16 },
    { start: 32, end: 48 },
  ]);
  expect([0, 1, 15, 16, 31, 32, 47, 48].map((pfn) => memory.has(pfn))).toEqual([
    false,
    true,
    true,
    false,
    false,
    true,
    true,
    false,
  ]);
  expect(`${memory}`).toBe('0x1-0xf, 0x20-0x2f');
});

it('memory comes online by large blocks, from a memory block on, one behind the other', () => {
  const memory = new MemoryRanges([{ start: 1, end: 16 }]);
  expect(memory.online(BLOCK, 8)).toBe(false);
  expect(memory.online(BLOCK + 512, 9)).toBe(false);
  expect(memory.online(2 ** 32 - BLOCK, 10)).toBe(false);
  expect(memory.online(BLOCK, 9)).toBe(true);
  expect(memory.online(BLOCK + 512, 9)).toBe(true);
  expect(`${memory}`).toBe('0x1-0xf, 0x8000-0x83ff');
});
