import { describe, expect, it } from 'vitest';
import { RefusedArgument } from '../../../../src/check/index.ts';

import {
  CZONE_PROFILES,
  checkCZoneOptions,
  type CZoneDeviceOptions,
} from '../../../../src/virtio/czone/profiles.ts';

const MIB = 2 ** 20;
const PLACE = { addr: 2 ** 30, regionBytes: 64 * MIB };

function check(
  options: Partial<CZoneDeviceOptions> = {},
  profile: object = {},
): ReturnType<typeof checkCZoneOptions> {
  return checkCZoneOptions({ ...CZONE_PROFILES.adaptive, ...profile }, { ...PLACE, ...options });
}

describe('options', () => {
  it('come to sizes in frames and blocks; all of the region may be plugged unless told', () => {
    expect(check()).toEqual({
      blockBytes: 2 * MIB,
      geometry: {
        startPfn: 0x40000,
        blockFrames: 512,
        granuleFrames: 1,
        maxZones: 4096,
        maxRanges: 64,
      },
      limits: { usableBlocks: 32, requestedBlocks: 32, zoneLimitBlocks: Infinity },
    });
  });

  it('may be less than the region, in blocks of another size', () => {
    const { geometry, limits } = check({
      blockBytes: 4 * MIB,
      granuleBytes: 2 * MIB,
      usableBytes: 32 * MIB,
      requestedBytes: 8 * MIB,
      zoneLimitBytes: 16 * MIB,
    });
    expect([geometry.blockFrames, geometry.granuleFrames]).toEqual([1024, 512]);
    expect(limits).toEqual({ usableBlocks: 8, requestedBlocks: 2, zoneLimitBlocks: 4 });
    // What is requested is at most what is usable.
    expect(check({ usableBytes: 32 * MIB }).limits.requestedBlocks).toBe(16);
  });

  it.each([
    ['blockBytes', { blockBytes: MIB }],
    ['blockBytes', { blockBytes: 256 * MIB }],
    ['blockBytes', { blockBytes: 6 * MIB }],
    ['granuleBytes', { granuleBytes: 2048 }],
    ['granuleBytes', { granuleBytes: 4 * MIB }],
    ['granuleBytes', { granuleBytes: 12288 }],
    ['addr', { addr: 2 ** 30 + MIB }],
    ['addr', { addr: -2 * MIB }],
    ['addr', { addr: 2 ** 53 }],
    ['regionBytes', { regionBytes: 0 }],
    ['regionBytes', { regionBytes: 2 ** 44 + 2 * MIB }],
    ['usableBytes', { usableBytes: 66 * MIB }],
    ['requestedBytes', { usableBytes: 32 * MIB, requestedBytes: 34 * MIB }],
    ['zoneLimitBytes', { zoneLimitBytes: 3 * MIB }],
    ['zoneLimitBytes', { zoneLimitBytes: NaN }],
  ])('with a wrong %s are refused by its name: %o', (name, options) => {
    expect(() => check(options)).toThrow(RefusedArgument);
    expect(() => check(options)).toThrow(new RegExp(`^${name}: expected`));
  });

  it.each([
    ['maxRanges', 31],
    ['maxRanges', 129],
    ['maxZones', 0],
    ['maxZones', 65536],
  ])('and a profile with %s %i are refused', (name, value) => {
    expect(() => check({}, { [name]: value })).toThrow(`${name}: expected`);
  });
});

const bits = (name: keyof typeof CZONE_PROFILES): string =>
  (CZONE_PROFILES[name].features & 0xffn).toString(2).padStart(8, '0');

describe('profiles', () => {
  it('are three ways to get memory back', () => {
    // Bits 7 to 0: inaccessible, backed, zeroed, unsolicited, idle, stats, plug, reclaim.
    expect(bits('adaptive')).toBe('11101111');
    expect(bits('static')).toBe('01101101');
    expect(bits('guest-driven')).toBe('11111111');
  });

  it('only the adaptive host asks idle zones by itself', () => {
    const asks = Object.values(CZONE_PROFILES).filter(({ idle }) => idle !== undefined);
    expect(asks.map(({ name }) => name)).toEqual(['adaptive']);
  });

  it('can be had with their own options, and have their name', () => {
    for (const [name, profile] of Object.entries(CZONE_PROFILES)) {
      expect(profile.name).toBe(name);
      expect(() => check({}, profile)).not.toThrow();
    }
  });
});
