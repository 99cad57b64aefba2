// The host's wishes: what, when, and how fast the machine answered.

import { describe, expect, it } from 'vitest';
import { GFP_BALLOON } from '../../../../src/core/index.ts';
import * as P from '../../../../src/recording/program/index.ts';
import {
  GFP_MEMMAP,
  MEMMAP_ORDER,
  MIGRATE_REASON_CONTIG_RANGE,
} from '../../../../src/recording/read/index.ts';
import { compileStream } from '../../../../src/recording/placement/index.ts';
import { deflatesOnOom, nsOf, wishesOf } from '../../../../src/recording/live/wishes.ts';
import { TraceScript } from '../../../support/recording.ts';

const DRIVER = 9;
const target = (pages: number): string =>
  `virtio_balloon_to_target balloon target: 0x1 num_pages: ${pages}`;
const wish = (seconds: number, bytes: number): string =>
  `${seconds} {'execute': 'qom-set', 'arguments': {'path': 'vmem0', 'property': 'requested-size', 'value': ${bytes}}} {'return': {}}`;
const commandsOf = (capture: Parameters<typeof wishesOf>[0]): Uint32Array =>
  compileStream(capture, { minPages: 0 }).commands;

function inflated(): TraceScript {
  const script = new TraceScript();
  for (let page = 0; page < 600; page += 1) script.alloc(DRIVER, 5000 + page, GFP_BALLOON);
  return script;
}

describe('targets of a balloon', () => {
  it('come when the driver begins to answer them, with the messages that it sent', () => {
    const script = new TraceScript();
    for (let page = 0; page < 512; page += 1) script.alloc(DRIVER, 5000 + page, GFP_BALLOON);
    script.wait(900).alloc(DRIVER, 5512, GFP_BALLOON).wait(300_000);
    for (let page = 0; page < 512; page += 1) script.free(DRIVER, 5000 + page);
    const capture = { ...script.finish(), deviceLog: [target(513), target(1)] };
    const wishes = wishesOf(capture, commandsOf(capture));
    expect(wishes.map(({ kind, frames, atUs }) => [kind, frames, atUs])).toEqual([
      ['balloon', 513, 1001],
      ['balloon', 1, 1001 + 512 + 900 + 300_001],
    ]);
    const lengths = wishes.map(({ messages }) => messages.map(({ pagesUs }) => pagesUs.length));
    expect(lengths).toEqual([
      [256, 256, 1],
      [256, 256],
    ]);
    expect(wishes[0]?.messages.map(({ gapUs }) => gapUs)).toEqual([0, 1, 901]);
  });

  it('are none where no driver answered', () => {
    const capture = { ...new TraceScript().finish(), deviceLog: [target(100)] };
    expect(wishesOf(capture, commandsOf(capture))).toEqual([]);
  });
});

it('a balloon deflates when memory is short if a task that is no driver took a message’s worth', () => {
  const [mover, starved] = [inflated(), inflated()];
  for (let page = 0; page < 256; page += 1) {
    mover.free(8, 5000 + page);
    if (page % 32 === 31) mover.free(DRIVER, 5300 + page);
    starved.free(8, 5000 + page);
  }
  expect([mover, starved].map((script) => deflatesOnOom(script.finish()))).toEqual([false, true]);
  const capture = { ...starved.finish(), deviceLog: [target(600), target(1)] };
  expect(wishesOf(capture, commandsOf(capture)).map(({ frames }) => frames)).toEqual([600]);
});

describe('sizes of virtio-mem', () => {
  it('come by the host’s log, the first when struct pages are asked for', () => {
    const script = new TraceScript().wait(4000).alloc(DRIVER, 5120, GFP_MEMMAP, MEMMAP_ORDER);
    const hostLog = [wish(1, 2 ** 28), wish(3.5, 2 ** 27)];
    const capture = { ...script.finish(), hostLog };
    const wishes = wishesOf(capture, commandsOf(capture));
    expect(wishes.map(({ kind, frames }) => [kind, frames])).toEqual([
      ['size', 2 ** 16],
      ['size', 2 ** 15],
    ]);
    expect(wishes.map(({ moves }) => moves)).toEqual([[], []]);
    expect(wishes[0]?.atUs).toBeCloseTo(5001, 3);
    expect(wishes[1]?.atUs).toBeCloseTo(5001 + 2.5e6, 3);
    expect(nsOf(2)).toBe(2000);
  });

  it('come when the driver first isolates, if it moves pages, and tell how far it had moved them', () => {
    const script = new TraceScript().wait(4000).alloc(DRIVER, 5120, GFP_MEMMAP, MEMMAP_ORDER);
    const reason = MIGRATE_REASON_CONTIG_RANGE;
    const moved = script.wait(9000).migrated(DRIVER, 32, reason).wait(999);
    const capture = { ...moved.migrated(DRIVER, 8, reason).finish(), hostLog: [wish(1, 2 ** 28)] };
    const moving = Uint32Array.of(P.packShape(P.OP_ISOLATE, {}), 0x1000, 512, 1);
    const [found] = wishesOf(capture, moving);
    expect(found?.moves).toEqual([
      { pages: 32, us: 0 },
      { pages: 40, us: 1000 },
    ]);
    expect(found?.atUs).toBeCloseTo(14_002, 3);
    expect(found?.messageUs).toBe(0);
  });
});
