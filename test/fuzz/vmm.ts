/**
 * A driver that means harm, with the real memory behind its devices: rings and messages anywhere,
 * rings that it gives to the host while they are in use, frame numbers of kernel memory, of holes,
 * of nothing. The VMM neither throws nor hangs, and its books are right.
 */

import fc from 'fast-check';
import { expect } from 'vitest';

import type { MicroVm, Vmm } from '../../src/vmm/index.ts';
import { expectSound, testVmm } from '../support/vm.ts';
import { type Fuzzer, Tally } from './fuzzer.ts';
import { OPS, type Op } from './hostile-ops.ts';
import { HostileVm, KINDS, PROFILES, type Setting } from './hostile-vm.ts';

/** Operations between two walks of all that the guest's core holds. */
const WALK_EVERY = 16;

/** Every invariant of the core holds, and no account is below zero; small differences of fractions are none. */
function expectRight(vmm: Vmm, vm: MicroVm): void {
  expectSound(vm);
  const { used, idleFrames } = vm.guest.memory;
  const accounts = [...Object.values(used), idleFrames, ...vmm.host.account];
  expect(accounts.filter((frames) => frames < -1e-6)).toEqual([]);
}

/** Boots machines of one config on one host, attacks each and sees it off. */
class Victims {
  /** Kept from case to case, because a second boot is ten times cheaper; left behind after a failure. */
  #host: Vmm | undefined;
  readonly #tally: Tally;
  readonly #tried: Tally;

  constructor(tally: Tally, tried: Tally) {
    this.#tally = tally;
    this.#tried = tried;
  }

  /** A VM that is ended for what its guest did is followed by the next one. */
  attack(setting: Setting, steps: readonly Op[]): void {
    const host = this.#host ?? testVmm();
    this.#host = undefined;
    let at = 0;
    do at += this.#attackOne(host, setting, steps.slice(at));
    while (at < steps.length);
    this.#host = host;
  }

  /** How many of the steps it saw. */
  #attackOne(host: Vmm, setting: Setting, steps: readonly Op[]): number {
    const { kind, profile } = setting;
    const attacked = new HostileVm(host, setting);
    const { vm } = attacked;
    let done = 0;
    for (const step of steps) {
      if (!vm.checkDevices()) break;
      attacked.act(step);
      done += 1;
      if (done % WALK_EVERY === 0 && vm.stopReason === undefined) expectRight(host, vm);
    }
    host.advance(1e9);
    const isRunning = vm.stopReason === undefined;
    if (isRunning) expectRight(host, vm);
    host.stop(vm);
    expect(host.host.heldFrames).toBeCloseTo(0, 6);
    this.#tried.add(kind, done);
    this.#tally.add(`${kind} of ${PROFILES[kind][profile]}`);
    this.#tally.add(isRunning ? 'survived' : 'stopped');
    for (const [what, count] of attacked.violations) this.#tally.add(what, count);
    return done;
  }
}

const WAYS = KINDS.flatMap((kind) => PROFILES[kind].map((name) => `${kind} of ${name}`));
/** The attack must get past the door: each kind of fault is found. */
const REACHED = [
  'avail-index-jump',
  'descriptor-loop',
  'buffer-bounds',
  'mem-request',
  'faascale-message',
  'faascale-range',
];

const assault = fc.oneof(
  ...KINDS.map((kind) =>
    fc.record({
      kind: fc.constant(kind),
      profile: fc.nat({ max: PROFILES[kind].length - 1 }),
      // devices of experimental numbers have none on PCI
      isPci: kind === 'czone' || kind === 'faascale' ? fc.constant(false) : fc.boolean(),
      steps: fc.array(OPS[kind], { minLength: 1, maxLength: 300, size: 'max' }),
    }),
  ),
);

export const vmm: Fuzzer = {
  name: 'vmm',
  sentence:
    'A VMM with real guest memory survives hostile drivers; after it the host holds nothing.',
  cases: 100,
  night: 1_000_000,
  create: () => {
    const tally = new Tally(['survived', 'stopped', ...WAYS, ...REACHED]);
    const tried = new Tally(KINDS);
    const victims = new Victims(tally, tried);
    const property = fc.property(assault, ({ steps, ...setting }) =>
      victims.attack(setting, steps),
    );
    return { property, missing: tally.missing, tried: tried.counts };
  },
};
