// Checkpoints that are damaged: refused by their checksum; and with a checksum that is right again, read or refused in words.

import fc from 'fast-check';
import { expect } from 'vitest';
import { PUBLISHED } from '../../src/cost/index.ts';
import { UnreadableState, seal, unseal } from '../../src/graph/index.ts';
import { BEGIN, readKept, writeKept } from '../../src/replay/checkpoint.ts';
import type { SystemReplayConfig } from '../../src/replay/config.ts';
import { defaultMachine } from '../../src/replay/default-machine.ts';
import { optionsOf } from '../../src/replay/plan.ts';
import { profilesOf } from '../../src/replay/profiles.ts';
import { SystemReplay } from '../../src/replay/system-replay.ts';
import {
  DEFAULT_WORKLOAD,
  DEFAULT_IDLE,
  fixedKeepAlive,
  idlePolicyOf,
  systemOf,
  whenFullOf,
} from '../../src/serverless/index.ts';
import { arrivalsOf } from '../../src/trace/index.ts';
import { smallTrace } from '../support/traces.ts';
import { type Fuzzer, Tally } from './fuzzer.ts';

const KIND = 'checkpoint of a replay';
const OF = { trace: 'small' };

function configOf(): SystemReplayConfig {
  const trace = smallTrace();
  const { hostPlacement } = optionsOf({ systems: [], seed: 1, hostPlacement: 'first-fit' });
  return {
    trace,
    profiles: profilesOf(trace, DEFAULT_WORKLOAD),
    machine: defaultMachine(),
    keepAlive: fixedKeepAlive(20_000),
    idle: idlePolicyOf(DEFAULT_IDLE)(),
    prices: PUBLISHED,
    warmupMs: 0,
    hosts: 1,
    hostPlacement: hostPlacement!(),
    whenFull: whenFullOf('evict'),
    contention: true,
    interference: true,
  };
}

/** A replay's state after a minute. */
function stateOf(config: SystemReplayConfig, system: string): Uint8Array {
  const replay = new SystemReplay(systemOf(system), config);
  for (const rows of arrivalsOf(smallTrace())) {
    replay.advance(rows, 0, rows.startMs.length);
    break;
  }
  return writeKept({ playing: { replay, cursor: BEGIN } }, config);
}

/** Where a byte is damaged, as a share of a front part of the bytes: most is memory, what is delicate comes first. */
const damage = fc.record({
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  front: fc.constantFrom(1, 0.3, 0.01),
  byte: fc.oneof(
    fc.nat(255),
    fc.constantFrom(...[...'0123456789[]{},":-'].map((c) => c.charCodeAt(0))),
  ),
  isCut: fc.nat(9).map((one) => one === 0),
});

type Damage = typeof damage extends fc.Arbitrary<infer T> ? T : never;

/** What reading damaged bytes comes to. They are whole again after it: a copy of them would take most of the time. */
function refusalOfDamaged(
  bytes: Uint8Array,
  { at, front, byte, isCut }: Damage,
  read: (damaged: Uint8Array) => unknown,
): UnreadableState | undefined {
  const place = Math.floor(at * front * bytes.length);
  if (isCut) return refusalOf(() => read(bytes.subarray(0, place)));
  const whole = bytes[place] as number;
  bytes[place] = whole === byte ? byte ^ 1 : byte;
  try {
    return refusalOf(() => read(bytes));
  } finally {
    bytes[place] = whole;
  }
}

function refusalOf(read: () => unknown): UnreadableState | undefined {
  try {
    read();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(UnreadableState);
    return error as UnreadableState;
  }
}

export const checkpoint: Fuzzer = {
  name: 'checkpoint',
  sentence: 'A damaged checkpoint is refused; where its checksum is right it is read or refused.',
  cases: 60,
  night: 100_000,
  create: () => {
    const tally = new Tally(['file refused', 'state refused', 'state read']);
    const tried = new Tally(['files', 'states']);
    const config = configOf();
    const state = stateOf(config, 'mcpv-czone');
    const file = seal({ kind: KIND, of: OF, parts: new Map([['the run: 0', state]]) });
    const property = fc.property(damage, (one) => {
      expect(refusalOfDamaged(file, one, (bytes) => unseal(KIND, bytes))).toBeDefined();
      tally.add('file refused');
      const refusal = refusalOfDamaged(state, one, (bytes) => readKept(bytes, config));
      tally.add(refusal === undefined ? 'state read' : 'state refused');
      tried.add('files');
      tried.add('states');
      return true;
    });
    return { property, missing: tally.missing, tried: tried.counts };
  },
};
