import { expect, it } from 'vitest';
import { GFP_HIGHUSER_MOVABLE, GFP_KERNEL } from '../../../src/abi/gfp.ts';
import { ABI_VERSION } from '../../../src/abi/layout.ts';
import { Core, CoreError, boot, layoutOf } from '../../../src/core/index.ts';
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
  const copy = Core.fromBytes(core.toBytes());
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
  const bytes = core.toBytes();
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  expect(Core.fromBytes(shifted.subarray(3)).hash()).toBe(core.hash());
});

const refusal = (damaged: Uint8Array): string => {
  try {
    Core.fromBytes(damaged);
  } catch (error) {
    expect(error).toBeInstanceOf(CoreError);
    return (error as CoreError).message;
  }
  return 'accepted';
};

it('other versions, damaged and cut bytes are refused with a sentence', () => {
  const bytes = guest().toBytes();
  const withWord = (word: number, value: number): Uint8Array => {
    const copy = bytes.slice();
    new DataView(copy.buffer).setUint32(word * 4, value, true);
    return copy;
  };
  expect(refusal(withWord(0, 7))).toMatch(/^saved core: magic: expected \d+, found 7$/);
  expect(refusal(withWord(1, 9))).toBe('saved core: form: expected 1, found 9');
  const other = ABI_VERSION + 1;
  expect(refusal(withWord(2, other))).toBe(
    `saved core: ABI version: expected ${ABI_VERSION}, found ${other}`,
  );
  expect(refusal(withWord(3, FRAMES * 2))).toMatch(/^saved core: header checksum/);
  expect(refusal(withWord(2000, 1))).toMatch(/^saved core: payload checksum/);
  expect(refusal(bytes.subarray(0, -1))).toMatch(/^saved core: payload bytes/);
  expect(refusal(bytes.subarray(0, 20))).toBe('saved core: expected 48 bytes or more, found 20');
});
