// The log of moves: read once, oldest first.

import { describe, expect, it } from 'vitest';
import {
  GFP_HIGHUSER_MOVABLE,
  KIND_MOVABLE,
  KIND_UNMOVABLE,
  MIGRATE_MOVABLE,
} from '../../../src/core/index.ts';
import { bootGuest } from '../../support/core.ts';

describe('MoveLog', () => {
  it('gives each move once, in the order in which pages moved', () => {
    const core = bootGuest();
    const pages = [0, 1, 2].map(() => core.pages.alloc(GFP_HIGHUSER_MOVABLE, 0, 0));
    for (const start of pages) {
      core.hotplug.allocContig({ start, count: 1 }, KIND_UNMOVABLE, MIGRATE_MOVABLE, 1, 0);
    }
    expect(core.moves.pending).toBe(3);
    const read: number[] = [];
    expect(core.moves.take((from, to) => read.push(from, core.frames.kind(to)))).toBe(3);
    expect(read).toEqual(pages.flatMap((pfn) => [pfn, KIND_MOVABLE]));
    expect([core.moves.pending, core.moves.take(() => expect.unreachable())]).toEqual([0, 0]);
  });

  it('is empty while it is being read: a listener may make moves', () => {
    const core = bootGuest();
    const contig = (start: number): number =>
      core.hotplug.allocContig({ start, count: 1 }, KIND_UNMOVABLE, MIGRATE_MOVABLE, 1, 0);
    contig(core.pages.alloc(GFP_HIGHUSER_MOVABLE, 0, 0));
    const seen: number[] = [];
    core.moves.take((_, to) => {
      seen.push(to);
      contig(to);
    });
    const again: number[] = [];
    expect(core.moves.take((from) => again.push(from))).toBe(1);
    expect(again).toEqual(seen);
  });
});
