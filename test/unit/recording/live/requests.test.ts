// Whose a request is, and which frees are reclaim.

import { expect, it } from 'vitest';
import { GFP_BALLOON, GFP_WRITE } from '../../../../src/core/index.ts';
import { compileStream, isFree } from '../../../../src/recording/placement/index.ts';
import * as P from '../../../../src/recording/program/index.ts';
import { GFP_MEMMAP } from '../../../../src/recording/read/index.ts';
import type { ExtraEvent, ExtraKind } from '../../../../src/recording/read/index.ts';
import { isRead, reclaimFrees, roleOf, standsAt } from '../../../../src/recording/live/requests.ts';
import {
  ROLE_BALLOON,
  ROLE_CACHE,
  ROLE_MEMMAP,
  ROLE_TASK,
} from '../../../../src/recording/live/tenants.ts';
import { ANON, COPY, KERNEL, READAHEAD, TraceScript } from '../../../support/recording.ts';

function event(kind: ExtraKind, at: number): ExtraEvent {
  return { kind, line: 1, timeUs: at, cpu: 0, pid: 11, a: 0, b: 0 };
}

it('tells drivers, pages of files and all others apart by the mask', () => {
  const roles = [ANON, COPY, KERNEL, READAHEAD].map((gfp) => roleOf(gfp, 0));
  expect(roles).toEqual([ROLE_TASK, ROLE_TASK, ROLE_TASK, ROLE_CACHE]);
  expect([roleOf(GFP_BALLOON, 0), roleOf(GFP_BALLOON, 1)]).toEqual([ROLE_BALLOON, ROLE_TASK]);
  expect(roleOf(READAHEAD, 2)).toBe(ROLE_TASK);
  expect([roleOf(GFP_MEMMAP, 9), roleOf(GFP_MEMMAP, 0)]).toEqual([ROLE_MEMMAP, ROLE_TASK]);
  expect([isRead(READAHEAD), isRead(READAHEAD | GFP_WRITE)]).toEqual([true, false]);
});

it('takes frees by kswapd, and within a direct reclaim of the task, for reclaim', () => {
  const script = new TraceScript().alloc(11, 5000, ANON).alloc(11, 5001, ANON);
  script.alloc(11, 5002, ANON).alloc(11, 5003, ANON);
  script.free(11, 5000).free(12, 5001).free(11, 5002).wait(50).free(11, 5003);
  const made = script.finish();
  const tasks = made.trace.tasks.map((task) =>
    task.pid === 12 ? { ...task, comm: 'kswapd0' } : task,
  );
  const timeUs = made.trace.timeUs;
  const events = [
    event('mm_vmscan_direct_reclaim_begin', timeUs[5]! + 0.5),
    event('mm_vmscan_direct_reclaim_end', timeUs[6]! + 0.5),
  ];
  const capture = {
    ...made,
    trace: { ...made.trace, tasks },
    extra: { file: 'extra.txt', events, isThere: true },
  };
  const stream = compileStream(capture, { minPages: 0 });
  const isReclaim = reclaimFrees(capture, stream);
  const frees = [...isReclaim.keys()].filter((at) => isFree(P.opOf(stream.commands, at)));
  expect(frees.map((at) => isReclaim[at])).toEqual([0, 1, 1, 0]);
});

it('lets a command stand where it does, though its event comes later', () => {
  const stream = compileStream(new TraceScript().alloc(11, 5000, ANON).free(11, 5000).finish(), {
    minPages: 0,
  });
  const stands = standsAt(stream);
  expect(stands.length).toBe(stream.count);
  for (let at = 0; at < stream.count; at += 1) {
    expect(stands[at]).toBeLessThanOrEqual(P.eventOf(stream.commands, at));
    expect(stands[at]).toBeLessThanOrEqual(stands[at + 1] ?? Infinity);
  }
});
