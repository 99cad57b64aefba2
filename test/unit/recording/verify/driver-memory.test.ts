import { expect, it } from 'vitest';

import { driverMemory } from '../../../../src/recording/verify/driver-memory.ts';

it('each recording has a memory of its own, with room for rings and an end', () => {
  const [one, other] = [driverMemory(), driverMemory()];
  const addr = one.alloc(16, 4096) ?? 0;
  // Frame 0 is left out: no ring lies at address 0, which a device takes for none.
  expect(addr).toBe(4096);
  one.memory.writeU32(addr, 7);
  expect(other.memory.readU32(addr)).toBe(0);
  expect(one.alloc(2 ** 20, 1)).toBeUndefined();
  expect(one.alloc(2 ** 19, 1)).toBe(4096 + 16);
});
