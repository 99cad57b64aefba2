import { expect, it } from 'vitest';
import { HandleEnded } from '../../../src/check/index.ts';
import { CORE_KNOWN, Core, CorePool } from '../../../src/core/index.ts';
import { UnreadableState, readGraph, writeGraph } from '../../../src/graph/index.ts';

function again<T extends object>(root: T): T {
  return readGraph(writeGraph(root, CORE_KNOWN), CORE_KNOWN) as T;
}

it('a core is its memory: the same state, and apart from then on', () => {
  const core = Core.create({ frames: 8192, build: 'release' });
  const [back] = again([core]) as [Core];
  expect(back).toBeInstanceOf(Core);
  expect(back.hash()).toBe(core.hash());
  expect(back.frames.kind(5)).toBe(core.frames.kind(5));
  back.setPreferBacked(true);
  expect(back.spanFrames).toBe(core.spanFrames);
});

it('a core that has ended has ended, in the same words', () => {
  const core = Core.create({ frames: 8192, build: 'release' });
  new CorePool().give(core, 'a guest', 'it was stopped');
  const [back] = again([core]) as [Core];
  expect(() => back.spanFrames).toThrow(HandleEnded);
  expect(() => back.spanFrames).toThrow('it was stopped');
});

it('a pool is empty where a run goes on', () => {
  const pool = new CorePool();
  pool.give(Core.create({ frames: 8192, build: 'release' }));
  expect(again([pool])[0]).toEqual(new CorePool());
});

it('a memory of another size than its own is refused', () => {
  const bytes = writeGraph([Core.create({ frames: 8192, build: 'release' })], CORE_KNOWN);
  const text = new TextDecoder('latin1').decode(bytes);
  const at = text.indexOf('"bytes":') + 8;
  bytes[at] = (bytes[at] as number) === 49 ? 50 : 49;
  expect(() => readGraph(bytes, CORE_KNOWN)).toThrow(UnreadableState);
});
