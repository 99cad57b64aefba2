// A system whose calls are put off where they recur, beside one in which each is carried out when it comes.

import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { defaultMachine } from '../../../src/replay/index.ts';
import {
  type Container,
  type Counts,
  type FunctionProfile,
  DEFAULT_WORKLOAD,
  CAUSE_IDLE_UNUSED,
  SYSTEMS,
  type ServerlessSystem,
  addCounts,
  faultText,
  limitGuests,
  newCounts,
  profileOf,
  verify,
} from '../../../src/serverless/index.ts';
import { instanceOf } from '../../../src/core/core.ts';
import { CorePool } from '../../../src/core/pool.ts';
import type { Calls } from '../../../src/serverless/calls.ts';
import { NS_PER_MS } from '../../../src/abi/unit.ts';
import { STAT_ALLOC_PAGES, STAT_TOUCHED_PAGES } from '../../../src/abi/stat.ts';
import { Clock } from '../../../src/time/index.ts';
import { bootGuest } from '../../support/core.ts';

const PROFILE = profileOf({ id: 0, name: 'f', memoryMib: 40, averageMs: 100 }, DEFAULT_WORKLOAD);
/** Its calls map nothing for themselves, as those of many measured functions. */
const STILL = { ...PROFILE, callTemporaryFrames: 0 };
const NAMES = SYSTEMS.map(({ name }) => name);

const SMALL = bootGuest({ frames: 0x4000 }).snapshot();

afterEach(() => limitGuests(Infinity));

const WAIT = 'that recur wait for whoever asks for the guest';

/** Somebody looks at its guest, and nothing is known of its next call. */
function carryOut(container: Container): void {
  container.vm.stir();
  (container as unknown as { readonly _calls: Calls })._calls.forget();
}

/** One system and what was counted in it. */
class World {
  readonly clock: Clock = new Clock();
  readonly system: ServerlessSystem;
  readonly total: Counts = newCounts();
  readonly idle: Container[] = [];
  readonly busy: Container[] = [];
  readonly #isPlain: boolean;
  readonly #profile: FunctionProfile;

  /** `isPlain`: somebody looks at the guest before each call. */
  constructor(name: string, isPlain: boolean, profile: FunctionProfile = PROFILE) {
    this.#profile = profile;
    const machine = { ...defaultMachine(), containersPerVm: 3, build: 'verify' as const };
    const spec = SYSTEMS.find((one) => one.name === name);
    if (spec === undefined) throw new Error(`no system ${name}`);
    this.system = spec.create({ machine, clock: this.clock });
    this.#isPlain = isPlain;
  }

  start(): void {
    const { container, newVm, counts } = this.system.start(this.#profile);
    if (newVm) addCounts(this.total, container.vm.startCounts);
    addCounts(this.total, counts);
    this.idle.push(container);
  }

  stop(which: number): void {
    const [container] = this.idle.splice(which % this.idle.length, 1);
    if (container !== undefined) addCounts(this.total, this.system.stop(container).counts);
  }

  begin(which: number): boolean {
    const [container] = this.idle.splice(which % this.idle.length, 1);
    if (container === undefined) return false;
    this.busy.push(container);
    if (this.#isPlain) carryOut(container);
    const isHeld = container.begin(this.total, newCounts());
    // as replays do: what devices did is asked for once
    if (isHeld) container.vm.takeOperations();
    return isHeld;
  }

  end(which: number): void {
    const [container] = this.busy.splice(which % this.busy.length, 1);
    if (container === undefined) return;
    if (this.#isPlain) carryOut(container);
    container.end(this.total, newCounts());
    this.idle.push(container);
  }

  states(): number[] {
    return [...this.system.vms()].map((vm) => vm.guest.core.hash());
  }

  faults(): string[] {
    const faults = [...this.system.vms()].map((vm) => verify(vm.guest.core));
    return faults.flatMap((fault) => (fault === undefined ? [] : [faultText(fault)]));
  }
}

const step = fc.record({
  what: fc.constantFrom('start', 'stop', 'call', 'call', 'call', 'call', 'begin', 'end', 'look'),
  which: fc.nat(1000),
  calls: fc.integer({ min: 1, max: 12 }),
  waitMs: fc.constantFrom(0, 1, 400, 3000, 20_000),
});

type Step = { what: string; which: number; calls: number; waitMs: number };

function play(world: World, { what, which, calls, waitMs }: Step): boolean[] {
  const held: boolean[] = [];
  if (what === 'start' && world.idle.length + world.busy.length < 5) world.start();
  else if (what === 'stop') world.stop(which);
  else if (what === 'begin') held.push(world.begin(which));
  else if (what === 'end') world.end(which);
  else if (what === 'call') {
    for (let call = 0; call < calls; call += 1) {
      held.push(world.begin(which));
      world.clock.advance(waitMs * NS_PER_MS);
      world.end(world.busy.length - 1);
    }
  }
  world.clock.advance(waitMs * NS_PER_MS);
  return held;
}

function expectEqual(one: World, other: World): void {
  expect(one.states()).toEqual(other.states());
  expect([...one.total]).toEqual([...other.total]);
  expect([...one.faults(), ...other.faults()]).toEqual([]);
}

describe.each(NAMES)('calls of %s', (name) => {
  it.each([
    ['of their own', PROFILE, Infinity],
    ['none', STILL, Infinity],
    ['none, in guests that lie down', STILL, 1],
  ])(
    'leave the same guests, counts and account, put off or carried out at once: memory %s',
    (_, profile, guestBytes) => {
      limitGuests(guestBytes);
      const property = fc.property(fc.array(step, { minLength: 20, maxLength: 40 }), (steps) => {
        const [one, other] = [new World(name, false, profile), new World(name, true, profile)];
        for (const world of [one, other]) world.start();
        for (const each of steps) {
          expect(play(one, each)).toEqual(play(other, each));
          expect([...one.system.host.account]).toEqual([...other.system.host.account]);
          expect([...one.total]).toEqual([...other.total]);
          if (each.what === 'look') expectEqual(one, other);
        }
        expectEqual(one, other);
      });
      fc.assert(property, { numRuns: 4 });
    },
  );

  it('that map no memory of their own wait even while the lists have a turn to come', () => {
    const world = new World(name, false, STILL);
    world.start();
    const [{ vm }] = world.idle as [Container];
    const call = (): void => {
      world.begin(0);
      world.end(0);
    };
    for (let before = 0; before < 12; before += 1) call();
    const { core } = vm.unstirred;
    const seen = core.stat(STAT_TOUCHED_PAGES);
    call();
    const isWaiting = core.stat(STAT_TOUCHED_PAGES) === seen;
    expect(isWaiting).toBe(!vm.guest.hasDriversWork);
    expect(core.stat(STAT_TOUCHED_PAGES)).toBeGreaterThan(seen);
  });

  it('that map no memory of their own wait again at once when somebody has looked at the guest', () => {
    const world = new World(name, false, STILL);
    for (const which of [0, 1]) {
      world.start();
      for (let before = 0; before < 12; before += 1) {
        world.begin(which);
        world.end(world.busy.length - 1);
      }
    }
    const vms = world.idle.map(({ vm }) => vm);
    for (const vm of vms) {
      const { core } = vm.guest;
      const seen = core.stat(STAT_TOUCHED_PAGES);
      world.begin(0);
      world.end(0);
      const isWaiting = core.stat(STAT_TOUCHED_PAGES) === seen;
      expect(isWaiting).toBe(!vm.guest.hasDriversWork);
    }
  });

  it('that map no memory of their own wait although somebody looked, and after their own process did more where all is still in place', () => {
    const world = new World(name, false, STILL);
    world.start();
    const [first] = world.idle as [Container];
    const { vm } = first;
    const call = (): void => {
      world.begin(world.idle.indexOf(first));
      world.end(0);
    };
    for (let before = 0; before < 12; before += 1) call();
    const waits = (): boolean => {
      vm.stir();
      const seen = vm.unstirred.core.stat(STAT_TOUCHED_PAGES);
      call();
      return vm.unstirred.core.stat(STAT_TOUCHED_PAGES) === seen;
    };
    const mayWait = !vm.guest.hasDriversWork;
    expect(waits()).toBe(mayWait);
    first.follow(first.heldFrames - 1);
    expect(waits()).toBe(mayWait);
    expect(world.faults()).toEqual([]);
  });

  it('that map no memory of their own leave a guest at rest after a neighbour has started in it', () => {
    limitGuests(1);
    const world = new World(name, false, STILL);
    world.start();
    const [{ vm }] = world.idle as [Container];
    for (let before = 0; before < 12; before += 1) {
      world.begin(0);
      world.end(0);
    }
    const mayWait = !vm.guest.hasDriversWork;
    const instance = instanceOf(vm.guest.core);
    world.start();
    // others come until it is this one's turn to lie down: guests of other tests are awake too
    const pool = new CorePool();
    for (let other = 0; other < 4000 && instance.rest === undefined; other += 1) pool.clone(SMALL);
    expect(instance.rest).toBeDefined();
    world.begin(0);
    world.end(world.busy.length - 1);
    expect(instance.rest !== undefined).toBe(mayWait);
  });

  // a guest that reports looks for free blocks after each call; LLFree goes on in the row where it was
  const never = ['mcpv-reporting', 'mcpv-hyperalloc'].includes(name);
  const waiting = never ? 'do not wait, even if they recur' : WAIT;
  it(waiting, () => {
    const world = new World(name, false);
    world.start();
    const [{ vm }] = world.idle as [Container];
    const { core, memory } = vm.guest;
    const { account } = world.system.host;
    // of a fork, its parent's
    const others = (account[CAUSE_IDLE_UNUSED] as number) - memory.idleFrames;
    for (let call = 0; call < 90; call += 1) {
      world.begin(0);
      world.clock.advance(400 * NS_PER_MS);
      world.end(0);
    }
    const asked = core.stat(STAT_ALLOC_PAGES);
    for (let call = 0; call < 7; call += 1) {
      world.begin(0);
      world.end(0);
    }
    world.begin(0);
    const done = core.stat(STAT_ALLOC_PAGES) - asked;
    expect(done > 0).toBe(waiting !== WAIT);
    const { idleFrames } = vm.guest.memory;
    expect(core.stat(STAT_ALLOC_PAGES)).toBeGreaterThanOrEqual(
      asked + 8 * PROFILE.callTemporaryFrames,
    );
    expect(account[CAUSE_IDLE_UNUSED]).toBe(others + idleFrames);
  });
});
