// What a guest's tables are when nothing is said.

import { describe, expect, it } from 'vitest';
import {
  Core,
  OBJECT_ANON,
  NONE,
  GFP_HIGHUSER_MOVABLE,
  type CoreBuild,
  CoreError,
  STATUS_NO_MEMORY,
} from '../../../src/core/index.ts';
import { withDefaults, expectSpace } from '../../../src/core/config.ts';
import { bootGuest } from '../../support/core.ts';
import { RefusedArgument } from '../../../src/check/index.ts';

describe('withDefaults', () => {
  it('fills in what is not said, and nothing else', () => {
    expect(withDefaults({ frames: 51_200 })).toEqual({
      frames: 51_200,
      cpus: 1,
      czones: 0,
      objects: 1024,
      nodes: 100 + 1024 + 64,
      bufferSlots: 1024,
      build: 'release',
    });
    const said = {
      frames: 1,
      cpus: 2,
      czones: 3,
      objects: 4,
      nodes: 5,
      bufferSlots: 6,
      build: 'verify',
    } as const;
    expect(withDefaults(said)).toEqual(said);
  });

  it('has table nodes enough for every frame in one object', () => {
    const core = bootGuest({ config: { objects: 1 } });
    const object = core.objects.create(OBJECT_ANON, NONE, GFP_HIGHUSER_MOVABLE);
    core.objects.touch(object, 0, 100_000, true, 0);
    // memory ended, not the table
    expect(core.objects.stoppedAt).toBeGreaterThan(50_000);
  });

  it('is what the core says that it was made with', () => {
    expect(Core.create({ frames: 4096, cpus: 3 }).config).toEqual(
      withDefaults({ frames: 4096, cpus: 3 }),
    );
  });
});

const WILD = [-1, 0.5, Number.NaN, Infinity, 2 ** 32 + 5, '5' as unknown as number];

describe('sizes of a core', () => {
  it.each(['frames', 'cpus', 'czones', 'objects', 'nodes', 'bufferSlots'] as const)(
    '%s must be a whole number of 32 bits',
    (name) => {
      for (const value of WILD) {
        expect(() => Core.create({ frames: 8192, [name]: value })).toThrow(
          new RegExp(`^${name}: expected a whole number of`),
        );
      }
    },
  );

  it('are at least one frame and one CPU', () => {
    expect(() => Core.create({ frames: 0 })).toThrow(RefusedArgument);
    expect(() => Core.create({ frames: 8192, cpus: 0 })).toThrow(RefusedArgument);
  });

  it('name a build, or the nearest one is told', () => {
    const build = 'relaese' as CoreBuild;
    expect(() => Core.create({ frames: 8192, build })).toThrow(/did you mean release/);
  });

  it('beyond what a Wasm memory holds are refused with the limit', () => {
    expect(() => Core.create({ frames: 2 ** 29, nodes: 1 })).toThrow(
      /guest of 2048\.0 GiB: a core holds up to 4 GiB/,
    );
    const full = withDefaults({ frames: 8192 });
    expect(() => expectSpace(full, STATUS_NO_MEMORY)).toThrow(CoreError);
    expect(() => expectSpace(full, 0)).not.toThrow();
  });
});
