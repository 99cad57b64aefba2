// What an exit leaves in the blocks that its container used, on a placed guest.

import { describe, expect, it } from 'vitest';
import { ExitWatch } from '../../../../src/recording/placement/exit.ts';
import { PlacedGuest } from '../../../../src/recording/placement/placed-guest.ts';
import { linux } from '../../../../src/recording/placement/policies/linux.ts';
import { compileStream } from '../../../../src/recording/placement/stream.ts';
import { ANON, HUGE, KERNEL, TraceScript, ZONE_START } from '../../../support/recording.ts';

const SHELL = 10;
const FIRST = 1;
const GONE = { pid: 11, name: 'task11', atMs: 7 };

/** A guest in which the first container has freed its pages, and the watch that saw it hold them. */
function exited(script: TraceScript, frees: readonly (readonly [number, number])[]) {
  for (const [pfn, order] of frees) script.free(11, pfn, order);
  const capture = script.finish();
  const stream = compileStream(capture, { minPages: 1 });
  const guest = new PlacedGuest(capture, stream, linux, 512, 'verify');
  const watch = new ExitWatch(guest);
  const before = stream.count - frees.length;
  for (let at = 0; at < before; at += 1) guest.run(at);
  watch.note(FIRST);
  for (let at = before; at < stream.count; at += 1) guest.run(at);
  return watch;
}

function twoContainers(): TraceScript {
  return new TraceScript().fork(1, SHELL).fork(SHELL, 11).fork(SHELL, 12);
}

describe('an exit', () => {
  it('leaves others’ pages in the blocks that were used, by 2 MiB and by 128 MiB', () => {
    const script = twoContainers()
      .alloc(11, ZONE_START, ANON)
      .alloc(12, ZONE_START + 1, ANON);
    const watch = exited(script.alloc(12, ZONE_START + 2, KERNEL), [[ZONE_START, 0]]);
    watch.measure(FIRST, GONE);
    expect(watch.records).toEqual([
      {
        ...GONE,
        privateFrames: 1,
        blocks2MiB: {
          used: 1,
          free: 0,
          stuck: 0,
          migrateFrames: 1,
          unmovableFrames: 0,
          sinceStartFrames: 0,
        },
        blocks128MiB: {
          used: 1,
          free: 0,
          stuck: 1,
          migrateFrames: 1,
          unmovableFrames: 1,
          sinceStartFrames: 0,
        },
      },
    ]);
  });

  it('leaves a free block where nobody else was', () => {
    const watch = exited(twoContainers().alloc(11, ZONE_START, HUGE, 9), [[ZONE_START, 9]]);
    watch.measure(FIRST, GONE);
    expect(watch.records[0]).toMatchObject({
      privateFrames: 512,
      blocks2MiB: { used: 1, free: 1, stuck: 0, migrateFrames: 0 },
    });
  });

  it('uses the blocks of private pages alone, not of what it asked the kernel for', () => {
    const watch = exited(twoContainers().alloc(11, ZONE_START, KERNEL), []);
    watch.measure(FIRST, GONE);
    expect(watch.records[0]).toMatchObject({ privateFrames: 0, blocks2MiB: { used: 0 } });
  });

  it('is measured once, and never without its begin', () => {
    const watch = exited(twoContainers().alloc(11, ZONE_START, ANON), [[ZONE_START, 0]]);
    watch.measure(2, GONE);
    expect(watch.records).toEqual([]);
    watch.measure(FIRST, GONE);
    watch.measure(FIRST, GONE);
    expect(watch.records).toHaveLength(1);
  });
});
