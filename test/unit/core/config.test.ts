// What a guest's tables are when nothing is said.

import { describe, expect, it } from 'vitest';
import { Core, OBJECT_ANON, NONE, GFP_HIGHUSER_MOVABLE } from '../../../src/core/index.ts';
import { withDefaults } from '../../../src/core/config.ts';
import { bootGuest } from '../../support/core.ts';

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
