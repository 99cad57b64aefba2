import { describe, expect, it } from 'vitest';
import { HandleEnded } from '../../../src/check/index.ts';
import {
  Core,
  CoreError,
  CorePool,
  GFP_HIGHUSER_MOVABLE,
  GFP_KERNEL,
  NONE,
  OBJECT_ANON,
  STAT_ALLOC_PAGES,
  boot,
  buddyinfo,
  layoutOf,
  loadState,
  saveState,
  surveyZone,
  verify,
} from '../../../src/core/index.ts';

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
    toBytes: () => old.toBytes(),
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
    'frames written': () => parts.frames.setHoles(0, 8192),
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

  it('gets no cut snapshot from the pool', () => {
    const cut = { ...image, words: image.words.slice(0, 1024) };
    expect(() => pool.clone(cut)).toThrow(CoreError);
  });
});
