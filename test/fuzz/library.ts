// Calls of the library in any order with any numbers and names: each is carried out or refused with a typed error, none hangs,
// and after it the guests are sound and the host's account is what they hold.

import fc from 'fast-check';
import { expect } from 'vitest';

import { RefusedArgument, HandleEnded } from '../../src/check/index.ts';
import { Core, CoreError, type CoreSnapshot, boot, layoutOf } from '../../src/core/index.ts';
import { guestConfig } from '../../src/scenario/index.ts';
import {
  Balloon,
  CZoneVirtio,
  CorePool,
  Dimms,
  type GuestConfig,
  GuestOutOfMemory,
  HostOutOfMemory,
  type MemoryDevice,
  type MicroVm,
  Process,
  ProcessTree,
  Reporting,
  type Task,
  VirtioMem,
  Vmm,
  faultText,
  hotplugStart,
  verify,
} from '../../src/vmm/index.ts';
import { type Fuzzer, Tally } from './fuzzer.ts';

const MEMORY = 64 * 256;
const START = hotplugStart(MEMORY);
const TYPED = [RefusedArgument, HandleEnded, CoreError, GuestOutOfMemory, HostOutOfMemory];

const WILD = [
  -1,
  -0,
  0.5,
  Number.NaN,
  Infinity,
  -Infinity,
  2 ** 31,
  2 ** 32 - 1,
  2 ** 32,
  2 ** 32 + 5,
  2 ** 53 - 1,
  2 ** 53,
  1e300,
  -5000,
  1e9,
  3e9,
];
const NAMES =
  'firecracker cloud-hypervisor qemu adaptive static guest-driven qemo online_movable online_kernel auto-movable offline __proto__'.split(
    ' ',
  );

/** An object that holds itself: no JSON can be made of it. */
const CYCLE: Record<string, unknown> = {};
CYCLE['self'] = CYCLE;

/** What callers without types may say in place of a number. */
const NO_NUMBERS: readonly unknown[] = [
  undefined,
  null,
  true,
  '5',
  '',
  5n,
  Symbol('x'),
  {},
  Object.create(null),
  [],
  [5],
  new Map(),
  CYCLE,
  () => 5,
];

/** Numbers as programs have them when something went wrong, and some as they should be. */
const number: fc.Arbitrary<number> = fc.oneof(
  { weight: 4, arbitrary: fc.nat({ max: 64 }) },
  { weight: 4, arbitrary: fc.nat({ max: 2 * MEMORY }) },
  { weight: 1, arbitrary: fc.nat({ max: 8 }).map((blocks) => START + blocks * 32_768) },
  { weight: 1, arbitrary: fc.nat({ max: 8 }).map((blocks) => (START + blocks * 32_768) * 4096) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(...WILD),
  },
  { weight: 1, arbitrary: fc.double() },
  { weight: 1, arbitrary: fc.constantFrom(...NO_NUMBERS) as fc.Arbitrary<never> },
);
const name = fc.constantFrom(...NAMES);
const anyArgs = fc.record({
  a: number,
  b: number,
  c: number,
  name,
  flag: fc.boolean(),
  which: fc.nat({ max: 7 }),
});
type Args = typeof anyArgs extends fc.Arbitrary<infer T> ? T : never;

/** Everything that the calls so far have given; ended handles stay in it and are used again. */
class World {
  readonly vmm: Vmm;
  readonly pool: CorePool = new CorePool();
  readonly vms: MicroVm[] = [];
  readonly devices: MemoryDevice[] = [];
  readonly processes: Process[] = [];
  readonly trees: { readonly tree: ProcessTree; readonly tasks: Task[] }[] = [];
  readonly cores: Core[] = [];
  readonly snapshots: CoreSnapshot[] = [];
  readonly pieces: [number, number][] = [];

  constructor(vmm: Vmm) {
    this.vmm = vmm;
  }

  vm({ which }: Args): MicroVm {
    return pick(this.vms, which);
  }

  /** Ends all that runs; the host holds nothing then. */
  close(): void {
    for (const vm of this.vmm.vms) {
      try {
        this.vmm.stop(vm);
      } catch (error) {
        if (!(error instanceof HostOutOfMemory)) throw error;
      }
    }
    expect(this.vmm.host.heldFrames).toBeCloseTo(0, 6);
  }
}

/** Hosts are kept from case to case, as a second boot is ten times cheaper; a failure leaves its own behind. */
class Hosts {
  readonly #idle: Map<string, Vmm> = new Map();

  take(policy: Vmm['policy'], mib: number): Vmm {
    const known = this.#idle.get(`${policy} ${mib}`);
    this.#idle.delete(`${policy} ${mib}`);
    const footprint = { processFrames: 100, tableFramesPerFrame: 1 / 512 };
    return known ?? new Vmm({ hostFrames: mib * 256, footprint, policy });
  }

  put(vmm: Vmm, mib: number): void {
    this.#idle.set(`${vmm.policy} ${mib}`, vmm);
  }
}

/** Thrown by a step that has nothing to work on. */
class Nothing extends Error {}

function pick<T>(list: readonly T[], which: number): T {
  const found = list[which % Math.max(1, list.length)];
  if (found === undefined) throw new Nothing();
  return found;
}

function machine({ a, b, flag, which }: Args): GuestConfig {
  const wild = which === 7;
  const region = { start: START, frames: wild ? b : 32_768, blockFrames: 512 };
  return guestConfig({
    memoryFrames: wild ? (Number.isSafeInteger(a) && a > 2 ** 20 ? -1 : a) : MEMORY,
    ...(flag ? { region } : { hotplugFrames: 65_536 }),
    processes: 4,
    build: 'verify',
  });
}

type Step = (world: World, args: Args) => unknown;

const HOST: Readonly<Record<string, Step>> = {
  boot: (w, args) => keep(w.vms, w.vmm.boot(machine(args))),
  clone: (w, args) => keep(w.vms, w.vmm.clone(machine(args))),
  stop: (w, args) => w.vmm.stop(w.vm(args)),
  settle: (w, args) => w.vmm.settle(w.vm(args)),
  advance: (w, { a }) => w.vmm.advance(typeof a === 'number' && a > 1e10 ? a * 1e300 : a),
  'vm.reclaim': (w, args) => w.vm(args).reclaim(args.a),
  'vm.release': (w, args) => w.vm(args).release([{ start: args.a, count: args.b }]),
  'vm.backedIn': (w, args) => w.vm(args).backedIn([{ start: args.a, count: args.b }]),
  'new Vmm': (_, { a, b, name: policy }) =>
    new Vmm({
      hostFrames: a,
      footprint: { processFrames: b, tableFramesPerFrame: b },
      policy: policy as 'kill',
    }),
};

const MEMORY_CALLS: Readonly<Record<string, Step>> = {
  'memory.alloc': (w, args) => {
    const addr = w.vm(args).memory.alloc(args.a, args.b);
    if (addr !== undefined) w.pieces.push([addr, args.a]);
  },
  'memory.free': (w, args) => {
    const [addr, length] = pick(w.pieces, args.which);
    w.vm(args).memory.free(args.flag ? addr : args.a, length);
  },
  'memory.read': (w, args) =>
    w.vm(args).memory.read(args.a, typeof args.b === 'number' ? Math.min(args.b, 1e6) : args.b),
  'memory.write': (w, args) => w.vm(args).memory.write(args.a, new Uint8Array(5000)),
  'memory.discard': (w, args) => w.vm(args).memory.discard(args.a, args.b),
  'memory.number': (w, args) => w.vm(args).memory.writeU64(args.a, 5),
};

const GUEST: Readonly<Record<string, Step>> = {
  writeAndFree: (w, args) => w.vm(args).guest.writeAndFree(args.a),
  'files.read': (w, args) => w.vm(args).guest.files.read(args.name, args.a, args.b),
  'files.shrink': (w, args) => w.vm(args).guest.files.shrink(args.a),
  background: (w, args) => w.vm(args).guest.runBackground(),
  Process: (w, args) => {
    const config = { cpu: args.flag ? 0 : args.c, kernelFrames: args.b, mappedPages: args.a };
    w.processes.push(new Process(w.vm(args).guest, config));
  },
  'process.touch': (w, { a, b, flag, which }) => pick(w.processes, which).touch(a, b, flag),
  'process.free': (w, { a, b, which }) => pick(w.processes, which).free(a, b),
  'process.touchTemporary': (w, { a, which }) => pick(w.processes, which).touchTemporary(a),
  'process.freeTemporary': (w, { which }) => pick(w.processes, which).freeTemporary(),
  'process.exit': (w, { which }) => pick(w.processes, which).exit(),
  ProcessTree: (w, args) => {
    const tree = new ProcessTree(w.vm(args).guest, 0, undefined, args.a);
    w.trees.push({ tree, tasks: [tree.start()] });
  },
  fork: (w, { which }) => {
    const { tree, tasks } = pick(w.trees, which);
    tasks.push(tree.fork(pick(tasks, which)));
  },
  thread: (w, { which }) => {
    const { tree, tasks } = pick(w.trees, which);
    tasks.push(tree.thread(pick(tasks, which)));
  },
  exec: (w, { a, which }) => treeOf(w, which, (tree, task) => tree.exec(task, a)),
  'task.touch': (w, { a, b, flag, which }) =>
    treeOf(w, which, (tree, task) => tree.touch(task, a, b, flag)),
  'task.unmap': (w, { a, b, which }) => treeOf(w, which, (tree, task) => tree.unmap(task, a, b)),
  'task.exit': (w, { which }) => treeOf(w, which, (tree, task) => tree.exit(task)),
  kill: (w, { which }) => pick(w.trees, which).tree.kill(),
  'zones.create': (w, args) => zonesOf(w, args).create(args.a, args.b, args.name),
  'zones.exit': (w, args) => zonesOf(w, args).exit(4 + (args.which % 4), 0),
};

function treeOf(w: World, which: number, act: (tree: ProcessTree, task: Task) => unknown): unknown {
  const { tree, tasks } = pick(w.trees, which);
  return act(tree, pick(tasks, which));
}

function zonesOf(w: World, args: Args): NonNullable<MicroVm['guest']['czones']> {
  const { czones } = w.vm(args).guest;
  if (czones === undefined) throw new Nothing();
  return czones;
}

const DEVICES: Readonly<Record<string, Step>> = {
  Balloon: (w, args) =>
    keep(
      w.devices,
      new Balloon(w.vm(args), w.vmm.clock, {
        ...(args.flag ? {} : { profile: args.name as 'qemu', statsIntervalNs: args.a }),
        freePageReporting: args.which > 3,
        ...(args.which > 5 ? { reportingOrder: args.b, reportingCapacity: args.c } : {}),
      }),
    ),
  Reporting: (w, args) => keep(w.devices, new Reporting(w.vm(args), w.vmm.clock)),
  VirtioMem: (w, args) =>
    keep(
      w.devices,
      new VirtioMem(w.vm(args), w.vmm.clock, {
        policy: (args.flag ? 'online_movable' : args.name) as 'offline',
        addr: args.flag ? START * 4096 : args.a,
        regionBytes: args.flag ? 2 ** 27 : args.b,
        requestedBytes: args.flag ? 0 : args.c,
      }),
    ),
  Dimms: (w, args) =>
    keep(
      w.devices,
      new Dimms(w.vm(args), args.flag ? START : args.a, {
        policy: (args.flag ? 'online_movable' : args.name) as 'offline',
        autoMovablePercent: args.b,
      }),
    ),
  CZoneVirtio: (w, args) =>
    keep(
      w.devices,
      new CZoneVirtio(w.vm(args), w.vmm.clock, {
        ...(args.flag ? {} : { profile: args.name as 'static' }),
        ...(args.which > 5 ? { zoneLimitBytes: args.a } : {}),
      }),
    ),
  ask: (w, { a, which }) => pick(w.devices, which).ask(a),
  giveBack: (w, { which }) => pick(w.devices, which).giveBack(),
  'balloon.setTarget': (w, { a, which }) => of(w, which, Balloon).setTarget(a),
  'balloon.setStatsInterval': (w, { a, which }) => of(w, which, Balloon).model.setStatsInterval(a),
  'mem.setRequested': (w, { a, flag, which }) =>
    of(w, which, VirtioMem).setRequested(flag && typeof a === 'number' ? a * 2 ** 21 : a),
  'dimms.plug': (w, { a, which }) => of(w, which, Dimms).plug(a),
  'dimms.unplug': (w, { which }) => {
    const dimms = of(w, which, Dimms);
    dimms.unplug(pick(dimms.slots, which));
  },
  'czone.setIdle': (w, { a, flag, which }) => of(w, which, CZoneVirtio).setIdle(a, flag),
  'czone.reclaim': (w, { a, b, which }) => of(w, which, CZoneVirtio).reclaim(a, b),
};

function of<T extends MemoryDevice>(
  w: World,
  which: number,
  kind: abstract new (...given: never) => T,
): T {
  return pick(
    w.devices.filter((device): device is T => device instanceof kind),
    which,
  );
}

const CORES: Readonly<Record<string, Step>> = {
  'Core.create': (w, { a, b, c, flag }) => {
    const frames = flag ? 8192 : a;
    if (Number.isSafeInteger(frames) && frames > 2 ** 20) throw new Nothing();
    const core = Core.create({ frames, cpus: flag ? 1 : b, objects: 64, czones: flag ? 0 : c });
    w.cores.push(core);
  },
  'core.boot': (w, { a, b, flag, which }) =>
    boot(pick(w.cores, which), layoutOf(flag ? 8192 : a, [{ start: b, count: 5 }]), flag),
  'pages.alloc': (w, { a, b, c, which }) => pick(w.cores, which).pages.alloc(a, b, c),
  'pages.free': (w, { a, b, c, which }) => pick(w.cores, which).pages.free(a, b, c),
  'objects.create': (w, { a, b, c, which }) => pick(w.cores, which).objects.create(a, b, c),
  'objects.touch': (w, { a, b, c, which }) => pick(w.cores, which).objects.touch(a, b, c, true, 0),
  'objects.destroy': (w, { a, which }) => pick(w.cores, which).objects.destroy(a, 0),
  'objects.fork': (w, { a, b, which }) => pick(w.cores, which).objects.fork(a, b, 0),
  'backing.touch': (w, { a, b, flag, which }) => pick(w.cores, which).backing.touch(a, b, flag),
  'backing.release': (w, { a, b, which }) => pick(w.cores, which).backing.release(a, b),
  backingOrder: (w, { flag, a, which }) =>
    pick(w.cores, which).setBackingOrder((flag ? 9 : a) as 9),
  snapshot: (w, { which }) => keep(w.snapshots, pick(w.cores, which).snapshot()),
  'snapshot of a guest': (w, args) => keep(w.snapshots, w.vm(args).guest.core.snapshot()),
  restore: (w, { which }) => pick(w.cores, which).restore(pick(w.snapshots, which)),
  'pool.clone': (w, { which }) => keep(w.cores, w.pool.clone(pick(w.snapshots, which))),
  'pool.give': (w, { which }) => w.pool.give(pick(w.cores, which)),
  'a cut snapshot': (w, { a, which }) => {
    const whole = pick(w.snapshots, which);
    const length = typeof a === 'number' ? a : 0;
    Core.fromSnapshot({ ...whole, words: whole.words.slice(0, length) });
  },
};

/** Something else where a handle belongs: what callers without types may say, and numbers. */
const HANDLES: Readonly<Record<string, Step>> = {
  'stop of no VM': (w, { a }) => w.vmm.stop(a as never),
  'settle of no VM': (w, { a }) => w.vmm.settle(a as never),
  'counts that are none': (w, args) => w.vm(args).settle(args.a as never),
  'ranges that are none': (w, args) => w.vm(args).release([args.a as never]),
  'boot of no machine': (w, { a }) => w.vmm.boot(a as never),
  'Process in no guest': (_, { a, b }) =>
    new Process(a as never, { cpu: 0, kernelFrames: 5, mappedPages: b }),
  'ProcessTree in no guest': (_, { a }) => new ProcessTree(a as never, 0, undefined, 5),
  'fork of no task': (w, { a, which }) => pick(w.trees, which).tree.fork(a as never),
  'Balloon in no VM': (w, { a }) => new Balloon(a as never, w.vmm.clock),
  'verify of no core': (_, { a }) => verify(a as never),
  'restore of no snapshot': (w, { a, which }) => pick(w.cores, which).restore(a as never),
  'clone of no snapshot': (w, { a }) => w.pool.clone(a as never),
};

const STEPS: Readonly<Record<string, Step>> = {
  ...HANDLES,
  ...HOST,
  ...MEMORY_CALLS,
  ...GUEST,
  ...DEVICES,
  ...CORES,
};

function keep<T>(list: T[], made: T | undefined): void {
  if (made !== undefined) list.push(made);
}

const call = fc.record({ step: fc.constantFrom(...Object.keys(STEPS)), args: anyArgs });

/** Carries a call out. How it ended; an error that is not typed is thrown on. */
function outcomeOf(world: World, step: string, given: Args): string {
  try {
    STEPS[step]?.(world, given);
    return 'done';
  } catch (error) {
    if (error instanceof Nothing) return 'nothing there';
    if (TYPED.some((kind) => error instanceof kind)) return (error as Error).name;
    throw error;
  }
}

/** No account is below zero; small differences of fractions are none. */
function expectAccounts({ vmm, vms }: World): void {
  for (const frames of vmm.host.account) if (frames < -1e-6) expect(frames).toBe(0);
  for (const vm of vms) {
    if (vm.stopReason !== undefined) continue;
    const { used, idleFrames } = vm.guest.memory;
    for (const frames of [...Object.values(used), idleFrames])
      if (frames < 0) expect(frames).toBe(0);
  }
}

function expectSoundWorld({ vms }: World): void {
  for (const vm of vms) {
    if (vm.stopReason !== undefined) continue;
    const fault = verify(vm.guest.core);
    expect(fault === undefined ? '' : faultText(fault)).toBe('');
  }
}

export const library: Fuzzer = {
  name: 'library',
  sentence:
    'Calls of the library with any numbers are carried out or refused in words; accounts and guests stay right.',
  cases: 60,
  night: 10_000,
  create: () => {
    const tally = new Tally(['done', 'RefusedArgument', 'HandleEnded', 'GuestOutOfMemory']);
    const hosts = new Hosts();
    const property = fc.property(
      fc.constantFrom('refuse' as const, 'reclaim' as const, 'kill' as const),
      fc.constantFrom(200, 4000),
      fc.array(call, { minLength: 4, maxLength: 24, size: 'max' }),
      fc.boolean(),
      (policy, hostMib, calls, isZoned) => {
        const world = new World(hosts.take(policy, hostMib));
        const first = machine({ flag: isZoned, which: 0 } as Args);
        keep(world.vms, isZoned ? world.vmm.clone(first) : world.vmm.boot(first));
        for (const { step, args: given } of calls) {
          tally.add(outcomeOf(world, step, given));
          expectAccounts(world);
        }
        expectSoundWorld(world);
        world.close();
        hosts.put(world.vmm, hostMib);
      },
    );
    return { property, missing: tally.missing };
  },
};
