/** Programs on the Wasm core: chunks, logs and time; what commands do is the core's own tests' business. */

import { describe, expect, it } from 'vitest';

import { RefusedCommand } from '../../../../src/recording/error.ts';
import { CorePort } from '../../../../src/recording/program/core-port.ts';
import * as P from '../../../../src/recording/program/program.ts';
import { emptyState, ZONE_FRAMES, ZONE_START } from '../../../support/recording.ts';

const log = P.emptyLog;

/** Takes blocks of a pageblock each; the frames are what the kernel chose. */
function takes(frames: readonly number[]): Uint32Array {
  const builder = new P.ProgramBuilder();
  frames.forEach((pfn, event) =>
    builder.add(P.OP_TAKE, { order: 10, type: 1, zone: 1 }, pfn, 0, event),
  );
  return builder.finish();
}

const HEADS = [0, 1, 2, 3].map((i) => ZONE_START + 1024 * i);

describe('a port', () => {
  it('has no core before a state is loaded', () => {
    expect(() => new CorePort(1000).core).toThrow('no state is loaded');
  });

  it('gives back the state that it was given', () => {
    const port = new CorePort(0);
    const state = emptyState();
    port.load(state);
    const saved = port.save('after');
    expect(saved.label).toBe('after');
    const zone = saved.zones.find(({ name }) => name === 'DMA32');
    const frees = zone?.free.flatMap((list) => [...list]) ?? [];
    expect(frees.length).toBe(ZONE_FRAMES / 1024);
    expect(frees[0]).toBe(ZONE_START);
  });

  it('runs the commands from first to end, and logs wrong predictions by their numbers', () => {
    const port = new CorePort(0);
    port.load(emptyState());
    const [a, b, c, d] = HEADS as [number, number, number, number];
    const commands = takes([a, b, d, c]);
    const found = log();
    port.run(commands, 0, 2, found);
    expect(found.mismatches).toEqual([]);
    port.run(commands, 2, 4, found);
    const wrong = found.mismatches.filter((_, at) => at % 3 === 0);
    expect(wrong[0]).toBe(2);
    expect(found.mismatches[1]).toBe(c);
  });

  it('starts anew with each state that is loaded', () => {
    const port = new CorePort(0);
    for (let run = 0; run < 2; run++) {
      port.load(emptyState());
      const found = log();
      port.run(takes(HEADS), 0, 4, found);
      expect(found.mismatches).toEqual([]);
    }
  });

  it('says at which event of the trace a command cannot be carried out', () => {
    const port = new CorePort(0);
    port.load(emptyState());
    const run = (): void => port.run(takes([HEADS[0] as number, 512]), 0, 2, log());
    expect(run).toThrow(RefusedCommand);
    expect(run).toThrow('frame 0x200 of order 10 where zone 1 has no such block');
    expect(run).toThrow(expect.objectContaining({ event: 1 }));
  });

  it('meters the time that a clock says it spent in the core, and none without one', () => {
    let now = 0;
    const port = new CorePort(0, 'release', () => (now += 5));
    port.load(emptyState());
    port.run(takes(HEADS), 0, 4, log());
    expect(port.coreMs).toBe(5);
    const plain = new CorePort(0);
    plain.load(emptyState());
    plain.run(takes(HEADS), 0, 4, log());
    expect(plain.coreMs).toBe(0);
  });
});
