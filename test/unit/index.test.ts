// What the library says to numbers that no call can take: the argument, what was expected and what was found, and nothing done.
import { beforeAll, describe, expect, it } from 'vitest';
import {
  Balloon,
  CZoneVirtio,
  Clock,
  Core,
  DEFAULT_WORKLOAD,
  Dimms,
  Faascale,
  HyperAlloc,
  type MachineConfig,
  type MicroVm,
  Process,
  RUNTIMES,
  RefusedArgument,
  SYNTHETIC_HOUR,
  SYSTEMS,
  TRACE_SHAPES,
  type Trace,
  VirtioMem,
  Vmm,
  type WorkloadParameters,
  buddyinfo,
  decodeReel,
  defaultMachine,
  encodeReel,
  fixedKeepAlive,
  generateSynthetic,
  guestConfig,
  helloProfile,
  hotplugStart,
  layoutOf,
  loadState,
  pagetypeinfo,
  pricesOf,
  randomStream,
  replay,
  replayPlan,
  resultsTable,
  sampleTrace,
  saveState,
  sharedFrames,
  staticConfig,
  touchAndExit,
  traceOf,
  verify,
  vmmFootprint,
  zoneinfo,
  arrivalsOf,
  CoreError,
  CorePool,
  freeFrames,
  functionKey,
  GROWTHS,
  GuestMapper,
  IDLE_POLICIES,
  KEEP_ALIVES,
  ManyPerVm,
  OnePerVm,
  PLACEMENTS,
  ProcessTree,
  V86Balloon,
  VmMemory,
  loadTrace,
  mapSvg,
  mapText,
  openTrace,
  programOf,
  readAzure2019,
  readAzure2019Counts,
  readAzure2021,
  readCalls,
  readFaasRail,
  readIluvatar,
  readSession,
  readSessionFolder,
  readVhive,
  resultsOf,
  rowsOf,
  seedsOf,
  sensitivityOf,
  shuffle,
  statedFigure,
  useCore,
} from '../../src/index.ts';

const MEMORY = 64 * 256;
const START = hotplugStart(MEMORY);

/** What no count, size or time can be: each is refused wherever one is asked for. */
const WILD: readonly unknown[] = [-1, Number.NaN, -Infinity, 1e300, '5', null, {}];
/** Besides, of whole numbers. */
const NOT_WHOLE: readonly unknown[] = [...WILD, 1.5, Infinity, 2 ** 53];

const trace: Trace = generateSynthetic(
  { seed: 1, minutes: 1 },
  { ...SYNTHETIC_HOUR, functionCount: 3, minutes: 1 },
);
const systems = SYSTEMS.slice(0, 1);

function vmm(): Vmm {
  return new Vmm({ hostFrames: 2 ** 20, footprint: vmmFootprint() });
}

function started(): MicroVm {
  return vmm().boot(guestConfig({ memoryFrames: MEMORY })) as MicroVm;
}

const READERS = [
  openTrace,
  readAzure2019,
  readAzure2019Counts,
  readAzure2021,
  readCalls,
  readFaasRail,
  readIluvatar,
  readSession,
  readSessionFolder,
  readVhive,
];

/** Handles and states that none of these are. */
const NO_HANDLES: readonly unknown[] = [undefined, null, 5, '5', 1n, Symbol('x'), {}, [], () => {}];

describe('a call that needs what another call made', () => {
  it.each<[string, (value: never) => unknown]>([
    ['Balloon', (value) => new Balloon(value, new Clock())],
    ['CZoneVirtio', (value) => new CZoneVirtio(value, new Clock())],
    ['Dimms', (value) => new Dimms(value, START, {} as never)],
    ['Faascale', (value) => new Faascale(value)],
    ['HyperAlloc', (value) => new HyperAlloc(value, new Clock())],
    ['VirtioMem', (value) => new VirtioMem(value, new Clock(), {} as never)],
    ['Vmm.settle', (value) => vmm().settle(value)],
    ['Vmm.stop', (value) => vmm().stop(value)],
    ['verify', (value) => verify(value)],
    ['saveState', (value) => saveState(value, 'x')],
    ['loadState', (value) => loadState(value, { label: '', zones: [] })],
    ['buddyinfo', buddyinfo],
    ['pagetypeinfo', pagetypeinfo],
    ['zoneinfo', zoneinfo],
    ['encodeReel', encodeReel],
    ['decodeReel', decodeReel],
    ['touchAndExit', (value) => touchAndExit(value, 1)],
    ['resultsTable', resultsTable],
    ['sharedFrames', (value) => sharedFrames(value, value)],
    ['Process', (value) => new Process(value, { cpu: 0, kernelFrames: 5, mappedPages: 5 })],
    ['ProcessTree', (value) => new ProcessTree(value, 0, undefined)],
    ['GuestMapper', (value) => new GuestMapper(value)],
    ['VmMemory', (value) => new VmMemory(value)],
    ['ranges of MicroVm.release', (value) => started().release([value])],
    ['MicroVm.putOff', (value) => started().putOff(value, 1)],
    ['V86Balloon', (value) => new V86Balloon(value)],
    ['OnePerVm', (value) => new OnePerVm(value, () => () => ({}) as never)],
    ['ManyPerVm', (value) => new ManyPerVm(value, { config: staticConfig })],
    ['CorePool.give', (value) => new CorePool().give(value)],
    ['CorePool.clone', (value) => new CorePool().clone(value)],
    ['freeFrames', freeFrames],
    ['mapSvg', (value) => mapSvg(value)],
    ['mapText', (value) => mapText({ owners: [] } as never, value)],
    ['shuffle', (value) => shuffle([1, 2], value)],
    ['arrivalsOf', arrivalsOf],
    ['rowsOf', rowsOf],
    ['programOf', (value) => programOf([value])],
    ['statedFigure', (value) => statedFigure('cost', value)],
    ['sensitivityOf', (value) => sensitivityOf(value, pricesOf())],
    ['resultsOf', (value) => resultsOf(value)],
    ['seedsOf', (value) => seedsOf([value])],
    ['staticConfig', (value) => staticConfig(value, value)],
  ])('refuses anything else: %s', (_, call) => {
    for (const wild of NO_HANDLES) expect(() => call(wild as never)).toThrow(RefusedArgument);
  });

  it('needs the text of what stands behind a name', () => {
    for (const value of [null, 5, 5n, Symbol('x'), {}, [], () => {}] as never[]) {
      for (const { create } of [...KEEP_ALIVES, ...IDLE_POLICIES, ...PLACEMENTS, ...GROWTHS]) {
        expect(() => create(value)).toThrow(RefusedArgument);
      }
      for (const spec of SYSTEMS) {
        if (spec.with !== undefined) expect(() => spec.with?.(value)).toThrow(RefusedArgument);
      }
    }
  });

  it('needs the text of a path, and files that can be read', async () => {
    for (const value of [undefined, null, 5, 5n, Symbol('x'), {}, []] as never[]) {
      for (const read of READERS) expect(() => read(value, { seed: 1 })).toThrow(RefusedArgument);
      await expect(loadTrace(value, { seed: 1 })).rejects.toThrow(RefusedArgument);
      expect(() => functionKey('a', 'b', value)).toThrow(RefusedArgument);
      if (value === undefined) continue;
      for (const read of READERS) {
        expect(() => read('x', { seed: 1, files: value })).toThrow(RefusedArgument);
      }
    }
  });

  it('needs a core that is one', () => {
    const bytes = new Uint8Array(8);
    expect(() => useCore('release', bytes)).toThrow(CoreError);
    expect(() => useCore('releaze' as never, bytes)).toThrow(/did you mean release/);
  });

  it('is given no text where it reckons with a number', () => {
    const machine = defaultMachine();
    const kernel = { ...machine.kernel, imageFrames: '5' as never };
    const [profile] = RUNTIMES.map((runtime) => helloProfile(0, runtime));
    const call = (): unknown => staticConfig({ ...machine, kernel }, profile as never);
    expect(call).toThrow(RefusedArgument);
  });
});

type Call = (value: never) => unknown;
/** A call under the name that its refusal gives the argument. */
type Edge = readonly [argument: string, call: Call];

const withMachine =
  (key: keyof MachineConfig): Call =>
  (value) =>
    replay(trace, { systems, seed: 1, machine: { [key]: value } });
const withWorkload =
  (key: keyof WorkloadParameters): Call =>
  (value) =>
    replay(trace, { systems, seed: 1, workload: { [key]: value } });

const AMOUNTS = ['callTemporaryKibMin', 'collectionCalls'];
const SHARES = (Object.keys(DEFAULT_WORKLOAD) as (keyof WorkloadParameters)[]).filter(
  (key) => !AMOUNTS.includes(key),
);

const priced: Call = (functionInit) => pricesOf({ own: { functionInit } });

const FRACTIONS: readonly Edge[] = [
  ['warm-up', (value) => replay(trace, { systems, seed: 1, warmupMinutes: value })],
  ['machine.idleReclaimMs', withMachine('idleReclaimMs')],
  ...SHARES.map((key): Edge => [`workload.${key}`, withWorkload(key)]),
  ['workload.callTemporaryKibMin', withWorkload('callTemporaryKibMin')],
  ['clock', (value) => new Clock().advance(value)],
  ['clock', (value) => new Clock().advanceTo(value)],
  ['timer', (value) => new Clock().after(value, () => {})],
  ['limit', (value) => randomStream(1, 'a').nextBelow(value)],
  ['share', (value) => sampleTrace(trace, { seed: 1, share: value })],
];

const WHOLE: readonly Edge[] = [
  ['seed', (value) => replay(trace, { systems, seed: value })],
  ['hosts', (value) => replay(trace, { systems, seed: 1, hosts: value })],
  ['machine.containersPerVm', withMachine('containersPerVm')],
  ['machine.containerKernelFrames', withMachine('containerKernelFrames')],
  ['machine.containerFramesPerVm', withMachine('containerFramesPerVm')],
  ['machine.cpusPerVm', withMachine('cpusPerVm')],
  ['machine.blockFrames', withMachine('blockFrames')],
  ['workload.collectionCalls', withWorkload('collectionCalls')],
  [
    'profile.fileFrames',
    (fileFrames) =>
      replay(trace, { systems, seed: 1, profile: (_, made) => ({ ...made, fileFrames }) }),
  ],
  ['seed', (seed) => sampleTrace(trace, { seed })],
  ['seed', (seed) => randomStream(seed, 'a')],
  ['to', (to) => randomStream(1, 'a').fillBelow(3, new Uint32Array(4), 0, to)],
  ['clock: event', (event) => new Clock().post(1, event)],
  ['memoryFrames', (value) => hotplugStart(value)],
  ['hotplugFrames', (hotplugFrames) => guestConfig({ memoryFrames: MEMORY, hotplugFrames })],
  ['memoryFrames', (memoryFrames) => vmm().boot(guestConfig({ memoryFrames }))],
  ['cpus', (cpus) => vmm().boot(guestConfig({ memoryFrames: MEMORY, cpus }))],
  ['processes', (processes) => vmm().boot(guestConfig({ memoryFrames: MEMORY, processes }))],
  ['frames', (frames) => layoutOf(frames, [])],
  ['frames', (frames) => Core.create({ frames, cpus: 1, objects: 8 })],
];

describe('a number that is none', () => {
  it.each(FRACTIONS)('is refused as %s', async (argument, call) => {
    for (const value of WILD) await expectRefused(argument, call, value);
  });

  it.each(WHOLE)('or is not whole is refused as %s', async (argument, call) => {
    for (const value of NOT_WHOLE) await expectRefused(argument, call, value);
  });

  it('is refused by what takes undefined as well', async () => {
    const plan = { systems: ['scpv-boot'], seed: 1 };
    for (const value of NOT_WHOLE.filter((one) => one !== null)) {
      await expectRefused('jobs', (jobs) => replayPlan(trace, plan, { jobs }), value);
      const sample: Call = (functions) => sampleTrace(trace, { seed: 1, functions });
      await expectRefused('functions', sample, value);
    }
  });

  it('is refused by a host, a keep-alive, a shape and a trace of rows', async () => {
    for (const value of [-1, Number.NaN, '5', {}] as never[]) {
      if (typeof value !== 'object') {
        await expectRefused('price of functionInit', priced, value);
      }
      await expectRefused('machine.hostFrames', withMachine('hostFrames'), value);
      await expectRefused('keep-alive', () => fixedKeepAlive(value), value);
      const shape = TRACE_SHAPES[0];
      const make = (): Trace => generateSynthetic({ seed: 1 }, shape?.config({ perMinute: value }));
      await expectRefused('perMinute', make, value);
      const rows = { name: 'rows', functions: [], rows: [], minutes: value };
      await expectRefused('minutes', () => traceOf(rows), value);
    }
  });

  it('ends no call by another name when several are wrong', async () => {
    const machine = { containersPerVm: Number.NaN, containerFramesPerVm: 2 ** 53 };
    const call: Call = () => replay(trace, { systems, seed: 1, machine });
    await expectRefused('machine.containersPerVm', call, Number.NaN);
  });
});

async function expectRefused(argument: string, call: Call, value: unknown): Promise<void> {
  let refusal: unknown;
  try {
    await call(value as never);
  } catch (error) {
    refusal = error;
  }
  expect(refusal, String(value)).toBeInstanceOf(RefusedArgument);
  expect(refusal, String(value)).toBeInstanceOf(RangeError);
  const { argument: named, found, message } = refusal as RefusedArgument;
  expect(named).toBe(argument);
  expect(found).toBe(value);
  expect(message).toMatch(/^[^\n]+: expected [^\n]+, found [^\n]+$/);
}

const mem = (one: MicroVm, clock: Clock, more: object): VirtioMem =>
  new VirtioMem(one, clock, {
    policy: 'online_movable',
    addr: START * 4096,
    regionBytes: 2 ** 27,
    ...more,
  });
const balloon = (one: MicroVm, clock: Clock, more: object): Balloon =>
  new Balloon(one, clock, { freePageReporting: true, ...more });

describe('a guest and its devices refuse', () => {
  let vm: MicroVm;
  let host: Vmm;
  beforeAll(() => {
    host = vmm();
    vm = host.boot(guestConfig({ memoryFrames: MEMORY, hotplugFrames: 2 ** 16 })) as MicroVm;
  });

  const EDGES: readonly (readonly [
    string,
    (value: never, vm: MicroVm, clock: Clock) => unknown,
  ])[] = [
    ['regionBytes', (regionBytes, one, clock) => mem(one, clock, { regionBytes })],
    ['addr', (addr, one, clock) => mem(one, clock, { addr })],
    ['blockBytes', (blockBytes, one, clock) => mem(one, clock, { blockBytes })],
    ['requestedBytes', (requestedBytes, one, clock) => mem(one, clock, { requestedBytes })],
    ['reportingOrder', (value, one, clock) => balloon(one, clock, { reportingOrder: value })],
    ['Dimms: start', (start, one) => new Dimms(one, start, { policy: 'online_movable' })],
  ];
  it.each(EDGES)('%s', (argument, call) => {
    for (const value of WILD.filter((one) => one !== null)) {
      let refusal: unknown;
      try {
        call(value as never, vm, host.clock);
      } catch (error) {
        refusal = error;
      }
      expect(refusal, String(value)).toBeInstanceOf(RefusedArgument);
      expect((refusal as RefusedArgument).argument).toContain(argument.replace('Dimms: ', ''));
    }
  });

  it('a zone limit by its name, and pages that no process can touch', () => {
    const region = { start: START, frames: 32_768, blockFrames: 512 };
    const zoned = host.boot(guestConfig({ memoryFrames: MEMORY, region })) as MicroVm;
    for (const value of WILD.filter((one) => one !== null) as never[]) {
      expect(() => new CZoneVirtio(zoned, host.clock, { zoneLimitBytes: value })).toThrow(
        /^zoneLimitBytes: expected/,
      );
      if (value !== 1e300) expect(() => vm.guest.files.shrink(value)).toThrow(RefusedArgument);
      expect(() => touchAndExit(vm.guest, value)).toThrow(RefusedArgument);
      const process = { cpu: 0, kernelFrames: 5, mappedPages: value };
      expect(() => new Process(vm.guest, process)).toThrow(/^mappedPages: expected/);
    }
  });
});
