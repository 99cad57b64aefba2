/** What every system must hold to. One small function, a real core behind it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  MEMORY_BLOCK_FRAMES,
  PAGEBLOCK_FRAMES,
  PAGEBLOCK_ORDER,
} from '../../../../src/abi/unit.ts';
import {
  KIND_BALLOON,
  KIND_FREE,
  KIND_HOLE,
  KIND_OBJECT,
  KIND_OFFLINE,
  KIND_RESERVED,
  KIND_TAIL,
} from '../../../../src/core/index.ts';
import {
  ArgumentError,
  CAUSE_ANONYMOUS,
  COUNT_HOST_FAULTS,
  COUNT_MIGRATED_PAGES,
  COUNT_RELEASED_PAGES,
  COUNT_TEMPLATE_COPIES,
  type Container,
  type Counts,
  type MicroVm,
  type Operations,
  SYSTEMS,
  START_STEPS,
  type StartStep,
  addCounts,
  addOperations,
  newCounts,
  systemFrames,
  systemOf,
} from '../../../../src/serverless/index.ts';
import { defaultMachine } from '../../../../src/replay/index.ts';
import { Clock } from '../../../../src/time/index.ts';
import { memmapFrames } from '../../../../src/vmm/index.ts';
import { makeSystem, PROFILE, systemWithClock, vmCount } from '../../../support/serverless.ts';

/** The core that checks itself, where there is one for the system's guests. */
function buildOf(name: string): 'verify' | 'verify-llfree' {
  return name === 'mcpv-hyperalloc' ? 'verify-llfree' : 'verify';
}

const LLFREE_ROW_FRAMES = 64;

/** Steps of a VM's start and of a container's in it. */
const STEPS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'scpv-boot': [
    ['vmm', 'kernel', 'agent'],
    ['container', 'runtime'],
  ],
  'scpv-template': [
    ['vmm', 'clone'],
    ['container', 'runtime'],
  ],
  'scpv-snapshot': [['vmm', 'clone'], ['memory']],
  'scpv-fork': [['clone'], ['parent']],
  'mcpv-static': [
    ['vmm', 'clone'],
    ['container', 'runtime'],
  ],
  'mcpv-czone': [
    ['vmm', 'clone'],
    ['zone', 'container', 'runtime'],
  ],
  'mcpv-balloon': [
    ['vmm', 'clone'],
    ['grow', 'container', 'runtime'],
  ],
  'mcpv-hyperalloc': [
    ['vmm', 'clone'],
    ['grow', 'container', 'runtime'],
  ],
  'mcpv-reporting': [
    ['vmm', 'clone'],
    ['grow', 'container', 'runtime'],
  ],
  'mcpv-virtio-mem': [
    ['vmm', 'clone'],
    ['grow', 'container', 'runtime'],
  ],
  'mcpv-dimm': [
    ['vmm', 'clone'],
    ['grow', 'container', 'runtime'],
  ],
  'mcpv-squeezy': [
    ['vmm', 'clone'],
    ['zone', 'container', 'runtime'],
  ],
  'mcpv-faascale': [
    ['vmm', 'clone'],
    ['zone', 'container', 'runtime'],
  ],
};

/** Containers that go on from an image have to themselves what they write of it, and the image stays with the host. */
const FROZEN: readonly string[] = ['scpv-snapshot', 'scpv-fork'];

/** What brings frames from the host, or takes them back, one by one; installs of LLFree and boots are operations. */
const COUNTED = [COUNT_HOST_FAULTS, COUNT_TEMPLATE_COPIES, COUNT_RELEASED_PAGES];

/** What a boot has touched when it is done: its price has that in it. */
function bootedFrames({ guest: { config } }: MicroVm): number {
  return systemFrames(defaultMachine()) + memmapFrames(config.memoryFrames);
}

/** Frames that the host holds for a guest alone, by a look at each. */
function privateByWalk({ guest: { core } }: MicroVm): number {
  let found = 0;
  for (let pfn = 0; pfn < core.spanFrames; pfn += 1) {
    if (core.backing.isBacked(pfn) && !core.frames.isTemplate(pfn)) found += 1;
  }
  return found;
}

/** A function that fills its limit nearly: memory of others lies in between what one gives back. */
const FULL = { ...PROFILE, anonymousFrames: PROFILE.limitFrames - 512 };

/** What a guest's frames are, by a look at each. */
interface Walk {
  /** Frames of objects, by object. */
  readonly objects: ReadonlyMap<number, ReadonlySet<number>>;
  readonly balloon: number;
  /** Frames of the kernel's zones that are there. */
  readonly plugged: number;
  /** Free in blocks that are reported. */
  readonly large: number;
  /** Held by the host for the guest alone; of them in one zone. */
  readonly backed: number;
  readonly zoneBacked: number;
}

const ABSENT = [KIND_HOLE, KIND_OFFLINE, KIND_RESERVED];

function walkOf({ guest: { core } }: MicroVm, czone: number | undefined): Walk {
  const { frames, backing } = core;
  const objects = new Map<number, Set<number>>();
  let [balloon, plugged, large, backed, zoneBacked, kind] = [0, 0, 0, 0, 0, 0];
  for (let pfn = 0; pfn < core.spanFrames; pfn += 1) {
    // of a larger block the first frame alone says what it is
    if (frames.kind(pfn) !== KIND_TAIL) kind = frames.kind(pfn);
    if (kind === KIND_OBJECT) {
      const object = frames.object(pfn);
      objects.set(object, (objects.get(object) ?? new Set()).add(pfn));
    }
    if (kind === KIND_BALLOON) balloon += 1;
    if (!ABSENT.includes(kind)) plugged += 1;
    if (frames.kind(pfn) === KIND_FREE && frames.order(pfn) >= PAGEBLOCK_ORDER) {
      large += 2 ** frames.order(pfn);
    }
    if (!backing.isBacked(pfn) || frames.isTemplate(pfn)) continue;
    backed += 1;
    if (czone !== undefined && frames.zone(pfn) === czone) zoneBacked += 1;
  }
  return { objects, balloon, plugged, large, backed, zoneBacked };
}

/** Frames that objects have now and had not, of those that lost others instead. */
function movedBetween(before: Walk, after: Walk): number {
  let moved = 0;
  for (const [object, frames] of after.objects) {
    const had = before.objects.get(object);
    if (had?.size === frames.size) moved += [...frames].filter((pfn) => !had.has(pfn)).length;
  }
  return moved;
}

type Exchange = (before: Walk, after: Walk) => [asked: unknown, got: unknown];

function within(least: number, most: number): unknown {
  return expect.toSatisfy((frames: number) => frames >= least && frames <= most);
}

const nothing: Exchange = () => [0, 0];
const byZone: Exchange = (before, after) => [before.zoneBacked, before.backed - after.backed];
const byLimit: Exchange = (before, after) => [PROFILE.limitFrames, before.plugged - after.plugged];

/** What was asked for and is gone, as each mechanism means it; none: nothing. */
const EXCHANGED: Readonly<Record<string, Exchange>> = {
  'mcpv-czone': byZone,
  'mcpv-squeezy': byZone,
  'mcpv-faascale': byZone,
  'mcpv-virtio-mem': byLimit,
  'mcpv-dimm': (before, after) => [MEMORY_BLOCK_FRAMES, before.plugged - after.plugged],
  // a block that grew into a larger one is reported once more
  'mcpv-reporting': (before, after) => [
    within(before.backed - after.backed, after.large),
    before.backed - after.backed,
  ],
  // what is taken hard is in the tables, with memory or without: see its own test
  'mcpv-hyperalloc': (before, after) => [
    within(before.backed - after.backed, after.plugged),
    within(before.backed - after.backed, after.plugged),
  ],
  'mcpv-balloon': (before, after) => [PROFILE.limitFrames, after.balloon - before.balloon],
};

describe('the list', () => {
  it('says of each system where it is described and what it does not do', () => {
    for (const { name, source, limits } of SYSTEMS) {
      for (const text of [source, limits]) expect(text, name).toMatch(/^[A-Za-z].*\.$/);
    }
  });

  it('stands in docs/systems.md, with words that each system takes', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../../docs/systems.md'), 'utf8');
    const [, table = ''] = /\n\n(\| system [^]*?)\n\n/.exec(page) ?? [];
    const found: string[] = [];
    for (const [, name = '', words = ''] of table.matchAll(/^\| (.*?) ?\| (.*?) ?\|/gm)) {
      const [, system] = /^`(.*)`$/.exec(name) ?? [];
      if (system !== undefined) found.push(system);
      for (const [, word = ''] of words.matchAll(/`([^`]*)`/g)) {
        if (word.startsWith('--') || words.startsWith('`--')) continue;
        expect(systemOf(`${found.at(-1)}:${word}`).name).toBe(`${found.at(-1)}:${word}`);
      }
    }
    expect(found.toSorted()).toEqual(SYSTEMS.map(({ name }) => name).toSorted());
  });

  it('is read with arguments where a system has some, and refuses what it cannot read', () => {
    expect(systemOf('mcpv-reporting:0/500ms').name).toBe('mcpv-reporting:0/500ms');
    expect(systemOf('mcpv-dimm:online_kernel').name).toBe('mcpv-dimm:online_kernel');
    for (const text of [
      'mcpv',
      'mcpv-static:1',
      'mcpv-reporting:11',
      'mcpv-reporting:9/2',
      'mcpv-virtio-mem:offline',
      'mcpv-dimm:',
    ]) {
      expect(() => systemOf(text), text).toThrow(ArgumentError);
    }
  });
});

describe.each(SYSTEMS.map((spec) => spec.name))('%s', (name) => {
  it.skipIf(FROZEN.includes(name))(
    'holds what containers hold while they live, and nothing after',
    () => {
      const system = makeSystem(name);
      const { account } = system.host;
      const containers = [0, 1, 2].map(() => system.start(PROFILE).container);
      expect(account[CAUSE_ANONYMOUS]).toBe(3 * PROFILE.anonymousFrames);
      for (const container of containers) system.stop(container);
      expect(account[CAUSE_ANONYMOUS]).toBe(0);
      expect(system.host.heldFrames).toBeCloseTo(0, 6);
      expect(vmCount(system)).toBe(0);
    },
  );

  it.skipIf(FROZEN.includes(name))(
    'gives a call temporary memory until it ends, faulting host memory only the first time',
    () => {
      const system = makeSystem(name);
      const { container } = system.start(PROFILE);
      const { account } = system.host;
      const first = newCounts();
      container.begin(first, newCounts());
      expect(account[CAUSE_ANONYMOUS]).toBe(PROFILE.anonymousFrames + PROFILE.callTemporaryFrames);
      container.end(newCounts(), newCounts());
      expect(account[CAUSE_ANONYMOUS]).toBe(PROFILE.anonymousFrames);
      const second = newCounts();
      container.begin(second, newCounts());
      // LLFree goes on in the row where it was: what is left of that row is new
      const most = name === 'mcpv-hyperalloc' ? LLFREE_ROW_FRAMES - 1 : 0;
      expect(second[COUNT_HOST_FAULTS]).toBeLessThanOrEqual(most);
    },
  );

  it('counts what its guests did: what a walk finds is what was faulted in and copied, less what was released', () => {
    const { system, clock } = systemWithClock(name);
    const counts = newCounts();
    const operations: Operations = {};
    let booted = 0;
    const note = (work: { counts: Counts; operations?: Operations | undefined }): void => {
      addCounts(counts, work.counts);
      addOperations(operations, work.operations ?? {});
    };
    const containers = [0, 1, 2].map(() => {
      const start = system.start(PROFILE);
      const { vm } = start.container;
      const { parent: _notItsOwn, ...steps } = start.operations;
      for (const step of Object.values(steps)) addOperations(operations, step);
      addCounts(counts, start.counts);
      if (start.newVm) {
        addCounts(counts, vm.startCounts);
        for (const step of Object.values(vm.startOperations)) addOperations(operations, step);
        if ('kernel' in vm.startOperations) booted += bootedFrames(vm);
      }
      start.container.begin(counts, newCounts());
      start.container.end(counts, newCounts());
      return start.container;
    });
    note(system.stop(containers[1] as Container));
    clock.advance(10_000_000_000);
    let found = 0;
    for (const vm of system.vms()) {
      vm.settle(counts);
      addOperations(operations, vm.takeOperations() ?? {});
      found += privateByWalk(vm);
    }
    for (const work of system.takeWork?.() ?? []) note(work);
    const { hyperallocInstall2MiB = 0, hostRelease2MiB = 0 } = operations;
    const [faults, copies, released] = COUNTED.map((slot) => counts[slot] as number) as [
      number,
      number,
      number,
    ];
    const wholeFrames = PAGEBLOCK_FRAMES * (hyperallocInstall2MiB - hostRelease2MiB);
    expect(booted + faults + copies + wholeFrames - released).toBe(found);
  });

  it('asks, gets and moves what a walk finds asked for, gone and moved', () => {
    const { system, clock } = systemWithClock(name, { build: buildOf(name) });
    const containers = [0, 1, 2].map(() => system.start(FULL).container);
    clock.advance(60_000_000_000);
    system.takeWork?.();
    const [first, stays] = containers as [Container, Container];
    const before = walkOf(stays.vm, first.czone);
    const stop = system.stop(first);
    let { askedFrames, gotFrames } = stop;
    let moved = stop.counts[COUNT_MIGRATED_PAGES] as number;
    clock.advance(60_000_000_000);
    for (const { counts, request } of system.takeWork?.() ?? []) {
      moved += counts[COUNT_MIGRATED_PAGES] as number;
      askedFrames += request?.askedFrames ?? 0;
      gotFrames += request?.gotFrames ?? 0;
    }
    const after = walkOf(stays.vm, undefined);
    expect(moved).toBe(movedBetween(before, after));
    const [asked, got] = (EXCHANGED[name] ?? nothing)(before, after);
    expect({ askedFrames, gotFrames }).toEqual({ askedFrames: asked, gotFrames: got });
  });

  it('starts in the steps of its kind, in the order in which reports add them up', () => {
    const start = makeSystem(name).start(PROFILE);
    const vm = Object.keys(start.container.vm.startOperations);
    const container = Object.keys(start.operations);
    expect([vm, container]).toEqual(STEPS[name]);
    for (const steps of [vm, container]) {
      const order = steps.map((step) => START_STEPS.indexOf(step as StartStep));
      expect(order).toEqual(order.toSorted((a, b) => a - b));
      expect(order).not.toContain(-1);
    }
  });
});

/** Settings that no system need look at. */
const SETTINGS = [
  'placement',
  'containersPerVm',
  'containerFramesPerVm',
  'cpusPerVm',
  'growth',
  'idleReclaimMs',
] as const;

it.each(SYSTEMS)('$name looks at the settings that it says it reads', ({ name, reads = [] }) => {
  const looked = new Set<string>();
  const machine = defaultMachine();
  for (const setting of SETTINGS) {
    const value = machine[setting];
    const get = (): unknown => {
      looked.add(setting);
      return value;
    };
    // a copy of the whole machine is no look at it
    Object.defineProperty(machine, setting, { get, enumerable: false });
  }
  const system = systemOf(name).create({ machine, clock: new Clock() });
  for (let at = 0; at < 3; at += 1) system.start(PROFILE);
  expect([...looked].toSorted()).toEqual(reads.toSorted());
});
