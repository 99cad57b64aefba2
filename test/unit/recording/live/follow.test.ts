// Commands of a recording as an emulated guest's and a kernel's.

import { describe, expect, it } from 'vitest';
import { GFP_BALLOON } from '../../../../src/core/index.ts';
import { Follower } from '../../../../src/recording/live/follow.ts';
import { holdStart } from '../../../../src/recording/live/start.ts';
import { LiveGuest } from '../../../../src/recording/live/guest.ts';
import { KernelBooks } from '../../../../src/recording/live/kernel-books.ts';
import { LiveMachine } from '../../../../src/recording/live/machine.ts';
import { NOBODY, ROLE_START, Tenants } from '../../../../src/recording/live/tenants.ts';
import { compileStream } from '../../../../src/recording/placement/index.ts';
import { OP_CAPTURE, ProgramBuilder } from '../../../../src/recording/program/index.ts';
import {
  ANON,
  emptyState,
  KERNEL,
  READAHEAD,
  TraceScript,
  ZONE_START,
} from '../../../support/recording.ts';

interface Followed {
  readonly tenants: Tenants;
  readonly guest: LiveGuest;
  readonly books: KernelBooks;
}

/** `commands`: in the place of those that the trace makes. */
function followed(script: TraceScript, commands?: Uint32Array): Followed {
  const capture = script.finish();
  const machine = new LiveMachine(capture, 'verify', [], 0);
  const tenants = new Tenants(machine.spanFrames);
  const guest = new LiveGuest(machine, tenants);
  const books = new KernelBooks(capture);
  const made = compileStream(capture, { minPages: 0 });
  const stream = commands === undefined ? made : { ...made, commands };
  const follower = new Follower(capture, stream, tenants, guest, books);
  for (let at = 0; at < stream.count; at += 1) follower.follow(at);
  return { tenants, guest, books };
}

describe('Follower', () => {
  it('asks for what tasks asked for, and gives back what they did', () => {
    const script = new TraceScript().alloc(11, 5000, ANON).alloc(11, 5001, READAHEAD);
    const { tenants, guest, books } = followed(script.free(11, 5000));
    expect([tenants.at(5000), tenants.at(5001) === NOBODY]).toEqual([NOBODY, false]);
    expect(guest.counts.requests).toBe(2);
    expect(books.cachePages).toBe(1);
  });

  it('leaves a balloon to the driver of the emulated guest', () => {
    const script = new TraceScript().alloc(9, 5000, GFP_BALLOON).alloc(9, 5001, GFP_BALLOON);
    const { guest, books } = followed(script.free(9, 5000));
    expect([guest.counts.requests, books.balloonPages]).toEqual([0, 1]);
  });

  it('asks for a block that direct compaction got for its task', () => {
    const out = new ProgramBuilder();
    out.add(OP_CAPTURE, { order: 3, zone: 1 }, 5000, 0, 0);
    const script = new TraceScript().alloc(11, 5000, KERNEL, 3);
    const { tenants, guest } = followed(script, out.finish());
    expect([tenants.orderOf(tenants.at(5007)), guest.counts.requests]).toEqual([3, 1]);
  });

  it('finds a page again that compaction moved, by the next free of a frame that nobody has', () => {
    const script = new TraceScript().alloc(11, 5000, ANON).alloc(11, 5001, ANON);
    script.free(12, 5000).migrated(12, 1).free(11, 6000);
    const { tenants, guest } = followed(script);
    expect([tenants.at(5000), tenants.at(5001) === NOBODY]).toEqual([NOBODY, false]);
    expect(guest.figures()['free']).toBe(
      followed(new TraceScript().alloc(11, 5001, ANON)).guest.figures()['free'],
    );
  });
});

it('at the start all that is on no list is in use, each frame by itself', () => {
  const state = emptyState();
  const tenants = new Tenants(ZONE_START + 65_536);
  holdStart(tenants, state);
  expect(tenants.at(ZONE_START)).toBe(NOBODY);
  const [zone] = state.zones;
  zone!.free = zone!.free.map((list) => list.slice(1));
  holdStart(tenants, state);
  const first = tenants.at(ZONE_START);
  expect([tenants.roleOf(first), tenants.orderOf(first), tenants.placeOf(first)]).toEqual([
    ROLE_START,
    0,
    ZONE_START,
  ]);
  expect(tenants.at(ZONE_START + 1024)).toBe(NOBODY);
});
