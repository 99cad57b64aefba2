// The header says where all else lies; what the code keeps of it is a cache that attach() fills.

import { describe, expect, it } from 'vitest';
import { GFP_HIGHUSER_MOVABLE, Core, CoreError } from '../../../../src/core/index.ts';
import { instantiate } from '../../../../src/core/instantiate.ts';
import {
  ABI_VERSION,
  GUEST_BACKED_OFFSET,
  GUEST_BASE,
  GUEST_BLOCKS_OFFSET,
  GUEST_BUFFER_OFFSET,
  GUEST_NODES_OFFSET,
  GUEST_OBJECTS_OFFSET,
  GUEST_PCPS_OFFSET,
  GUEST_RECORDS_OFFSET,
  GUEST_REPORTED_OFFSET,
  GUEST_SCRATCH_OFFSET,
  GUEST_SPAN_OFFSET,
  GUEST_STATES_OFFSET,
  GUEST_TEMPLATE_OFFSET,
  GUEST_ZONES_OFFSET,
  OBJECT_BYTES,
  PCP_STRIDE,
  KERNEL_ZONES,
  SCRATCH_BYTES,
  ZONE_STRIDE,
} from '../../../../src/abi/layout.ts';
import { bytesOf, headerWord, rawOf, setHeaderWord } from '../../../../src/core/raw.ts';
import { bootGuest } from '../../../support/core.ts';

describe('the header', () => {
  it('has room for each table before the next one begins', () => {
    const core = bootGuest({ config: { cpus: 3, czones: 5, objects: 70 } });
    const span = headerWord(core, GUEST_SPAN_OFFSET);
    const at = (offset: number): number => headerWord(core, offset);
    const tables: [offset: number, bytes: number][] = [
      [GUEST_ZONES_OFFSET, (KERNEL_ZONES + 5) * ZONE_STRIDE],
      [GUEST_PCPS_OFFSET, 3 * KERNEL_ZONES * PCP_STRIDE],
      [GUEST_BUFFER_OFFSET, 1024 * 32],
      [GUEST_SCRATCH_OFFSET, SCRATCH_BYTES],
      [GUEST_OBJECTS_OFFSET, 70 * OBJECT_BYTES],
      [GUEST_BLOCKS_OFFSET, (span / 512) * 4],
      [GUEST_BACKED_OFFSET, span / 8],
      [GUEST_TEMPLATE_OFFSET, span / 8],
      [GUEST_REPORTED_OFFSET, span / 8],
      [GUEST_STATES_OFFSET, span],
      [GUEST_RECORDS_OFFSET, span * 8],
    ];
    const next = [...tables.slice(1).map(([offset]) => at(offset)), at(GUEST_NODES_OFFSET)];
    tables.forEach(([offset, bytes], i) => {
      expect(at(offset) + bytes, `table ${offset}`).toBeLessThanOrEqual(next[i] as number);
    });
    expect(span).toBe(0x10000);
  });

  it('read again makes an instance the guest whose bytes lie in it', () => {
    const core = bootGuest({ frames: 0x4000, image: { start: 0x2000, count: 256 } });
    const { cpus, czones, objects, nodes, bufferSlots } = core.config;
    const other = instantiate('verify');
    // a larger guest was here: its tables lie elsewhere
    expect(other.create(0x8000, cpus, czones, objects, nodes, bufferSlots)).toBe(0);
    const bytes = bytesOf(core).slice(GUEST_BASE, rawOf(core).snapshotBytes());
    new Uint8Array(other.memory.buffer).set(bytes, GUEST_BASE);
    expect(other.attach()).toBe(ABI_VERSION);
    expect(other.stateHash()).toBe(rawOf(core).stateHash());
    for (let order = 0; order < 10; order += 1) {
      const pfn = other.allocPages(GFP_HIGHUSER_MOVABLE, order, 1, 0);
      expect(pfn).toBe(core.pages.alloc(GFP_HIGHUSER_MOVABLE, order, 1));
    }
    expect(other.stateHash()).toBe(rawOf(core).stateHash());
    expect(other.verifyAll()).toBe(0);
  });

  it('of another version is refused', () => {
    const core = bootGuest({ frames: 0x4000, image: { start: 0x2000, count: 256 } });
    setHeaderWord(core, 0, ABI_VERSION + 1);
    expect(rawOf(core).attach()).toBe(-1);
    const snapshot = core.snapshot();
    expect(() => Core.fromSnapshot(snapshot)).toThrow(CoreError);
  });
});
