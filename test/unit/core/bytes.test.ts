import { expect, it } from 'vitest';
import { GFP_HIGHUSER_MOVABLE, GFP_KERNEL } from '../../../src/abi/gfp.ts';
import { ABI_VERSION } from '../../../src/abi/layout.ts';
import { Core, CoreError, boot, layoutOf, readCore, writeCore } from '../../../src/core/index.ts';
import { type Sealed, seal, unseal } from '../../../src/graph/index.ts';
import { rawOf } from '../../../src/core/raw.ts';

const FRAMES = 16384;

function guest(): Core {
  const layout = layoutOf(FRAMES, []);
  const core = Core.create({ frames: layout.frames, cpus: 2, objects: 8, bufferSlots: 64 });
  boot(core, layout, false);
  for (let page = 0; page < 700; page += 1)
    rawOf(core).allocPages(GFP_HIGHUSER_MOVABLE, 0, 0, page);
  return core;
}

it('a guest read from its bytes goes on exactly as the one that was written', () => {
  const core = guest();
  const copy = readCore(writeCore(core));
  expect(copy.config).toEqual(core.config);
  expect(copy.hash()).toBe(core.hash());
  for (let page = 0; page < 300; page += 1) {
    const order = page % 4;
    expect(rawOf(copy).allocPages(GFP_KERNEL, order, 1, 0)).toBe(
      rawOf(core).allocPages(GFP_KERNEL, order, 1, 0),
    );
  }
  expect(copy.hash()).toBe(core.hash());
});

it('bytes may lie anywhere in a larger buffer', () => {
  const core = guest();
  const bytes = writeCore(core);
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  expect(readCore(shifted.subarray(3)).hash()).toBe(core.hash());
});

const refusal = (damaged: Uint8Array): string => {
  try {
    readCore(damaged);
  } catch (error) {
    expect(error).toBeInstanceOf(CoreError);
    return (error as CoreError).message;
  }
  return 'accepted';
};

/** The same with another head, or other parts, and a checksum that is right. */
function resealed(change: (parts: Map<string, Uint8Array>) => void, of?: Sealed['of']): Uint8Array {
  const whole = unseal("guest's memory", writeCore(guest()));
  const parts = new Map([...whole.parts].map(([name, part]) => [name, part.slice()]));
  change(parts);
  return seal({ ...whole, of: of ?? whole.of, parts });
}

it('other versions, damaged and cut bytes are refused with a sentence', () => {
  const bytes = writeCore(guest());
  const withWord = (word: number, value: number): Uint8Array => {
    const copy = bytes.slice();
    new DataView(copy.buffer).setUint32(word * 4, value, true);
    return copy;
  };
  expect(refusal(withWord(0, 7))).toBe(
    "saved core: expected a guest's memory of guestmem, found a file of another kind",
  );
  expect(refusal(withWord(1, 9))).toMatch(/^saved core: expected form \d+, found form 9/);
  expect(refusal(withWord(2000, 1))).toMatch(/^saved core: .*the file is damaged$/);
  expect(refusal(bytes.subarray(0, -1))).toMatch(/^saved core: expected a whole file/);
  expect(refusal(bytes.subarray(0, 12))).toMatch(/^saved core: expected a whole file/);
  const other = resealed(() => {}, { ABI: `version ${ABI_VERSION + 1}` });
  expect(refusal(other)).toBe(
    `saved core: expected the same ABI (version ${ABI_VERSION}), found another (version ${ABI_VERSION + 1})`,
  );
});

it('what does not belong together is refused though its checksum is right', () => {
  expect(refusal(resealed((parts) => parts.delete('sizes')))).toMatch(/expected sizes and memory/);
  for (let at = 0; at < 24; at += 1) {
    const larger = resealed((parts) => (parts.get('sizes')![at]! += 1));
    expect(refusal(larger), `byte ${at}`).not.toBe('accepted');
  }
  const cut = resealed((parts) => parts.set('memory', parts.get('memory')!.subarray(0, 4096)));
  expect(refusal(cut)).not.toBe('accepted');
});
