// Instances that guests have left are overwritten, by guests of the same sizes only.

import { describe, expect, it } from 'vitest';
import {
  CorePool,
  type CoreSnapshot,
  Core,
  CoreError,
  GFP_HIGHUSER_MOVABLE,
  GFP_KERNEL,
  NONE,
  OBJECT_ANON,
  STAT_ALLOC_PAGES,
  boot,
  buddyinfo,
  layoutOf,
  limitGuests,
  loadState,
  saveState,
  surveyZone,
  verify,
  writeCore,
} from '../../../src/core/index.ts';
import { rawOf } from '../../../src/core/raw.ts';
import { bootGuest, expectSound } from '../../support/core.ts';
import { anonymous } from '../../support/region.ts';
import { HandleEnded } from '../../../src/check/index.ts';

const small = (objects = 64): Core =>
  bootGuest({ frames: 0x4000, image: { start: 0x2000, count: 256 }, config: { objects } });

describe('CorePool', () => {
  it('hands a core that was given back to the next guest, as a copy like any other', () => {
    const pool = new CorePool();
    const core = small();
    const snapshot = core.snapshot();
    const first = pool.clone(snapshot);
    expect(first).not.toBe(core);
    const object = anonymous(first);
    first.objects.touch(object, 0, 9000, true, 1);
    first.backing.release(0x1000, 500);
    const memory = rawOf(first);
    pool.give(first);
    const second = pool.clone(snapshot);
    expect(rawOf(second)).toBe(memory);
    expect(second.hash()).toBe(core.hash());
    expectSound(second);
    expect(rawOf(pool.clone(snapshot))).not.toBe(memory);
  });

  it('knows of no guest that ended after a limit had been taken away', () => {
    const pool = new CorePool();
    const snapshot = small().snapshot();
    limitGuests(1);
    const ended = [pool.clone(snapshot), pool.clone(snapshot)];
    limitGuests(Infinity);
    for (const core of ended) pool.give(core);
    limitGuests(1);
    try {
      const others = [1, 2, 3].map(() => pool.clone(snapshot));
      for (const core of others) expect(core.hash()).toBe(small().hash());
    } finally {
      limitGuests(Infinity);
    }
  });

  it('keeps sizes and builds apart', () => {
    const pool = new CorePool();
    const given = small(64);
    const [memory, snapshot] = [rawOf(given), given.snapshot()];
    pool.give(given);
    const memoryOf = (image: CoreSnapshot): unknown => rawOf(pool.clone(image));
    expect(memoryOf(small(65).snapshot())).not.toBe(memory);
    const config = { ...snapshot.config, build: 'release' as const };
    expect(memoryOf({ ...snapshot, config })).not.toBe(memory);
    expect(memoryOf(snapshot)).toBe(memory);
  });
});

const LAYOUT = layoutOf(8192, []);

function booted(): Core {
  const core = Core.create({ frames: LAYOUT.frames, czones: 2, build: 'verify' });
  boot(core, LAYOUT, false);
  return core;
}

describe('a core that its pool took back', () => {
  const pool = new CorePool();
  const image = booted().snapshot();
  const old = pool.clone(image);
  const parts = { ...old } as Core;
  const zone = old.zone(4);
  const log = old.program.log();
  pool.give(old, 'VM 7', 'stopped');
  const next = pool.clone(image);
  const before = next.hash();

  const uses: Readonly<Record<string, () => unknown>> = {
    hash: () => old.hash(),
    snapshot: () => old.snapshot(),
    restore: () => old.restore(image),
    reset: () => old.reset(),
    writeCore: () => writeCore(old),
    stat: () => old.stat(STAT_ALLOC_PAGES),
    backedFrames: () => old.backedFrames,
    privateFrames: () => old.privateFrames,
    takeKswapdWake: () => old.takeKswapdWake(),
    isBalanced: () => old.isBalanced({ order: 0, highest: 2 }),
    setBackingOrder: () => old.setBackingOrder(9),
    setPreferBacked: () => old.setPreferBacked(true),
    zone: () => old.zone(1).free,
    'a new zone': () => old.zone(5).free,
    verify: () => verify(old),
    survey: () => surveyZone(old, 1),
    saveState: () => buddyinfo(saveState(old, '')),
    loadState: () => loadState(old, { label: '', zones: [] }),
    boot: () => boot(old, LAYOUT, false),
    'pages kept': () => parts.pages.alloc(GFP_KERNEL, 0, 0),
    'objects kept': () => parts.objects.create(OBJECT_ANON, NONE, GFP_HIGHUSER_MOVABLE),
    'backing kept': () => parts.backing.release(0, 8192),
    'balloon kept': () => parts.balloon.heldFrames,
    'compaction kept': () => parts.compaction.score,
    'hotplug kept': () => parts.hotplug.busyFrame,
    'reporting kept': () => parts.reporting.listen(9, 32),
    'czones kept': () => parts.czones.create(1, 512, 0),
    'moves kept': () => parts.moves.take(() => {}),
    'program kept': () => parts.program.runOne(0, 0, 0),
    'frames kept': () => parts.frames.kind(4096),
    'frames written': () => parts.frames.setKind(0, 8192, 0),
    'a zone kept': () => zone.free,
    'a zone kept and set': () => (zone.boost = 1),
    'giving it again': () => pool.give(old),
  };

  it.each(Object.entries(uses))('throws HandleEnded with what and why: %s', (_, use) => {
    expect(use).toThrow(new HandleEnded('VM 7', 'stopped'));
  });

  it('reaches the next one by nothing, a kept log neither', () => {
    log.fill(0xff);
    expect(next.hash()).toBe(before);
    expect(verify(next)).toBeUndefined();
    expect(next.pages.alloc(GFP_KERNEL, 0, 0)).toBeGreaterThan(0);
  });

  it('leaves its memory to the next: nothing is made anew', () => {
    const spare = new CorePool();
    const first = spare.clone(image);
    first.pages.alloc(GFP_KERNEL, 3, 0);
    spare.give(first);
    expect(spare.clone(image).hash()).toBe(before);
  });

  it('says how it ended in words alone', () => {
    const spare = new CorePool();
    const core = spare.clone(image);
    for (const none of [Symbol('x'), 5, null]) {
      expect(() => spare.give(core, none as never)).toThrow('what: expected text');
      expect(() => spare.give(core, 'x', none as never)).toThrow('why: expected text');
    }
    expect(core.hash()).toBe(before);
  });

  it('gets no cut snapshot from the pool', () => {
    const cut = { ...image, words: image.words.slice(0, 1024) };
    expect(() => pool.clone(cut)).toThrow(CoreError);
  });
});
