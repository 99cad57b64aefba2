// What each export of the library takes: arguments that it carries out, for the fuzzer to spoil.

import { readFileSync } from 'node:fs';
import { deflateSync } from 'node:zlib';
import type { V86Cpu } from '../../src/v86/machine.ts';
import { Clock, type Guest, type MicroVm, type Trace } from '../../src/index.ts';
import * as library from '../../src/node.ts';
import { JSON_FORMAT, systemsTable } from '../../src/report/index.ts';
import { KernelClocks } from '../../src/guest/index.ts';
import { TraceCandidate } from '../../src/trace/format.ts';
import { projectFile } from './root.ts';

const MEMORY = 64 * 256;
const START: number = library.hotplugStart(MEMORY);
const PROFILE = projectFile('recorder/profiles/pyaes-py.json');
const PROCESS = { cpu: 0, kernelFrames: 50, mappedPages: 500 };
const OPTIONS = { seed: 1 };

function made<T>(make: () => T): () => T {
  let value: { readonly it: T } | undefined;
  return () => (value ??= { it: make() }).it;
}

const trace: () => Trace = made(() =>
  library.generateSynthetic(OPTIONS, { ...library.SYNTHETIC_HOUR, functionCount: 2, minutes: 1 }),
);
const [scpv] = library.SYSTEMS;
const [runtime] = library.RUNTIMES;
const [measured] = library.MEASURED;
const options = { systems: [scpv], seed: 1 } as library.ReplayOptions;
const run: () => Promise<library.ReplayRun> = made(() => library.replay(trace(), options));
const machine = library.defaultMachine();
const profile: () => library.FunctionProfile = made(() =>
  library.helloProfile(0, runtime as never),
);
const capture = made(() =>
  library.openCapture(projectFile('test/recordings/linux-6.12-smoke-768')),
);

const ROW = 'function,app,owner,trigger,start_ms,duration_ms,memory_mib\nf,a,o,http,1,20,100\n';
const FILES = {
  'calls.csv': ROW,
  'azure.csv': 'app,func,end_timestamp,duration\na,f,5.5,1.5\n',
  'faas.csv': 'avg,mapped_wreq,1-720,721-1440\n2,"{""mean"": 0.2, ""bench"": ""b""}",1,2\n',
  'a.memory.csv': 'time_s,memory_bytes,cpu_percent\n0,4096000,84\n1,8192000,59\n',
};
const files = made(() => library.traceFiles(FILES));

/** Handles of one case, made when they are asked for. */
export class Given {
  readonly folder: string;
  readonly #made = new Map<string, unknown>();

  constructor(folder: string) {
    this.folder = folder;
  }

  #one<T>(name: string, make: () => T): T {
    if (!this.#made.has(name)) this.#made.set(name, make());
    return this.#made.get(name) as T;
  }

  get vmm(): library.Vmm {
    return this.#one('vmm', () => {
      return new library.Vmm({ hostFrames: 2 ** 20, footprint: library.vmmFootprint() });
    });
  }

  get vm(): MicroVm {
    const config = library.guestConfig({ memoryFrames: MEMORY, hotplugFrames: 2 ** 16 });
    return this.#one('vm', () => this.vmm.boot(config)) as MicroVm;
  }

  get zoned(): MicroVm {
    const region = { start: START, frames: 32_768, blockFrames: 512 };
    const config = library.guestConfig({ memoryFrames: MEMORY, region });
    return this.#one('zoned', () => this.vmm.boot(config)) as MicroVm;
  }

  /** A VM that was stopped: its guest, core and memory with it. */
  get ended(): MicroVm {
    return this.#one('ended', () => {
      const vm = this.vmm.boot(library.guestConfig({ memoryFrames: MEMORY })) as MicroVm;
      this.vmm.stop(vm);
      return vm;
    });
  }

  get guest(): Guest {
    return this.vm.guest;
  }

  get clock(): Clock {
    return this.vmm.clock;
  }

  get core(): library.Core {
    return this.#one('core', () => {
      const core = library.Core.create({ frames: 8192, cpus: 1, objects: 64 });
      library.boot(core, library.layoutOf(8192, []), false);
      return core;
    });
  }

  get state(): library.AllocatorState {
    return this.#one('state', () => library.saveState(this.core, 'x'));
  }

  get reel(): library.MapReel {
    return this.#one('reel', () => {
      const mapper = new library.GuestMapper(this.guest);
      const instants = [{ atMs: 0, map: mapper.map(this.guest.core) }];
      return { name: 'x', ...mapper.about, instants };
    });
  }

  get play(): library.Play {
    return this.#one('play', () => {
      const play = new library.Play();
      play.load(
        (library.LESSONS[0] as library.Lesson).steps.map(({ script }) => script).join('\n'),
      );
      return play;
    });
  }

  get context(): library.SystemContext {
    return { machine, clock: this.clock };
  }
}

type Taken = (given: Given) => readonly unknown[] | Promise<readonly unknown[]>;

const none = (): [] => [];
const ofTrace: Taken = () => [trace()];
const ofState: Taken = ({ state }) => [state];
const ofCore: Taken = ({ core }) => [core];
const ofMachine: Taken = () => [machine, profile()];
const ofNumber: Taken = () => [5];
const ofFile =
  (name: string): Taken =>
  async () => [name, { ...OPTIONS, files: await files() }];

const HANDLES: Readonly<Record<string, Taken>> = {
  Balloon: ({ vm, clock }) => [
    vm,
    clock,
    {
      freePageReporting: true,
      freePageHinting: true,
      statsIntervalNs: 1e9,
      profile: 'qemu',
      numbering: 'dense',
      poison: 'none',
      reportingDelayNs: 1e9,
      given: drop,
    },
  ],
  CZoneVirtio: ({ zoned, clock }) => [
    zoned,
    clock,
    {
      zoneLimitBytes: 2 ** 27,
      profile: 'adaptive',
      growth: library.growByStep(1),
      endedBlock: 'partitionDropBlock',
      idle: { delayNs: 1e9, targetBytes: 0 },
      reportNs: () => 5,
      reclaimed: drop,
    },
  ],
  Clock: ofNumber,
  CorePool: none,
  Dimms: ({ vm }) => [vm, START, { policy: 'online_movable' }],
  Faascale: ({ zoned }) => [zoned, { isPopulated: true }],
  GuestMapper: ({ guest }) => [guest],
  HyperAlloc: ({ vm, clock }) => [vm, clock, { scanDelayNs: 1e9, given: drop }],
  Play: none,
  Process: ({ guest }) => [guest, PROCESS],
  ProcessTree: ({ guest }) => [guest, 0, undefined, 50],
  Random: () => [1, 2, 3],
  Reporting: ({ vm, clock }) => [vm, clock, { reportingOrder: 9 }],
  VirtioMem: ({ vm, clock }) => [
    vm,
    clock,
    {
      policy: 'online_movable',
      addr: START * 4096,
      regionBytes: 2 ** 27,
      requestedBytes: 2 ** 22,
      profile: 'qemu',
      given: drop,
      retried: drop,
    },
  ],
  VmMemory: ({ guest }) => [guest.memory],
  Vmm: () => [{ hostFrames: 2 ** 20, footprint: library.vmmFootprint(), policy: 'kill' }],
  V86Balloon: () => [v86(), { profile: 'qemu', deflateOnOom: true }],
  ManyPerVm: ({ context }) => [context, { config: library.staticConfig }],
  OnePerVm: ({ context }) => [context, (vmm: library.Vmm) => library.emptyVms(context, vmm, false)],
  'Core.create': () => [{ frames: 8192, cpus: 1, objects: 64, czones: 1 }],
  'Core.fromSnapshot': ({ core }) => [core.snapshot()],
  'Core.fromBytes': ({ core }) => [core.snapshot().words.buffer, 'release'],
  'Guest.bootImage': ({ guest }) => [guest.config, true],
  'Guest.fromImage': ({ guest, core }) => [
    library.Guest.bootImage(guest.config, true),
    core,
    new KernelClocks(new Clock()),
  ],
  'ProcessTree.restored': ({ guest }) => [guest, new library.Process(guest, PROCESS).state()],
  boot: () => [
    library.Core.create({ frames: 8192, cpus: 1, objects: 64 }),
    library.layoutOf(8192, []),
    false,
  ],
  emptyVms: ({ context, vmm }) => [context, vmm, true],
  freeFrames: ofCore,
  hotplugStart: () => [MEMORY],
  layoutOf: () => [8192, [{ start: 5, count: 5 }], 0, 0],
  loadCore: () => ['release', new Uint8Array(8)],
  loadState: ({ state }) => [library.Core.create({ frames: 8192, cpus: 1, objects: 64 }), state],
  useCore: () => ['release', new Uint8Array(8)],
  saveState: ({ core }) => [core, 'x'],
  touchAndExit: ({ guest }) => [guest, 50],
  verify: ofCore,
  faultText: () => [{ rule: 1, frame: 5, found: 1, expected: 2 }],
  readHost: ({ vmm, vm }) => [library.writeHost(vmm, [vm])],
  writeHost: ({ vmm, vm }) => [vmm, [vm]],
};

const TRACES: Readonly<Record<string, Taken>> = {
  arrivalsOf: ofTrace,
  checkSynthetic: () => [library.SYNTHETIC_HOUR],
  expectTrace: ofTrace,
  framesAt: () => [{ atMs: new Float64Array([0, 5]), frames: new Uint32Array([5, 9]) }, 3],
  functionKey: () => ['owner', 'app', 'f'],
  generateSynthetic: () => [OPTIONS, { ...library.SYNTHETIC_HOUR, functionCount: 2, minutes: 1 }],
  loadTrace: ofFile('calls.csv'),
  openTrace: ofFile('calls.csv'),
  parseColumns: () => ['function=f,start=s,duration=d'],
  parsePart: () => ['1/2'],
  partOf: () => [trace(), { number: 1, of: 2 }],
  readAzure2019: ofFile('.'),
  readAzure2019Counts: ofFile('calls.csv'),
  readAzure2021: ofFile('azure.csv'),
  readCalls: ofFile('calls.csv'),
  readFaasRail: ofFile('faas.csv'),
  readIluvatar: ofFile('calls.csv'),
  readSession: ofFile('a.memory.csv'),
  readSessionFolder: ofFile('.'),
  readVhive: ofFile('.'),
  rowsOf: ofTrace,
  sampleTrace: () => [trace(), { seed: 1, functions: 1 }],
  summarizeTrace: ofTrace,
  traceFiles: () => [FILES],
  traceOf: () => [
    {
      name: 'rows',
      functions: trace().functions,
      rows: [{ functionId: 0, startMs: 5, durationMs: 5 }],
      minutes: 1,
    },
  ],
  traceOfExperiment: async () => [experiment(), await files()],
  'SYSTEM_FILES.look': () => ['package.json'],
  'SYSTEM_FILES.names': () => ['examples'],
  'SYSTEM_FILES.read': () => ['package.json'],
  'SYSTEM_FILES.head': () => ['package.json', 5],
  'TRACE_FORMATS.recognises': async () => [new TraceCandidate('calls.csv', false, await files())],
  'TRACE_FORMATS.open': async () => [
    new TraceCandidate('calls.csv', false, await files()),
    { ...OPTIONS, files: await files() },
  ],
  'TRACE_SHAPES.config': () => [{ perMinute: 5 }],
  'TRACE_WRITERS.render': ofTrace,
};

const experiment = made(() => library.readExperiment(projectFile('examples/experiment.yaml')));

const SYSTEMS: Readonly<Record<string, Taken>> = {
  'GROWTHS.create': () => ['2'],
  'HOST_PLACEMENTS.create': none,
  'WHEN_FULL.relieve': () => [{ evictOldest: drop, askDevices: drop, killLargest: drop }, 5],
  'IDLE_POLICIES.create': () => ['5'],
  'KEEP_ALIVES.create': () => ['5'],
  'PLACEMENTS.create': () => [''],
  'SYSTEMS.create': ({ context }) => [context],
  'SYSTEMS.with': () => ['1'],
  fixedKeepAlive: ofNumber,
  growAsPredicted: () => [{ initialBlocks: () => 1, growBlocks: () => 1 }],
  growByDoubling: ofNumber,
  growByStep: ofNumber,
  guestConfig: () => [{ memoryFrames: MEMORY, hotplugFrames: 512 }],
  defaultMachine: none,
  helloProfile: () => [0, runtime],
  idlePolicyOf: () => ['park:5'],
  measuredOf: () => [library.parseProfile(PROFILE, readFileSync(PROFILE, 'utf8'))],
  measuredProfile: () => [{ id: 0, name: 'f' }, measured, { file: 1, anonymous: 1 }],
  sharedFrames: ofMachine,
  sharedVm: () => [machine, profile(), { memoryFrames: MEMORY }],
  staticConfig: ofMachine,
  vmmFootprint: none,
};

const RUNS: Readonly<Record<string, Taken>> = {
  detailsOf: async () => [await run(), library.pricesOf()],
  playEnds: async () => [await run(), library.pricesOf(), run],
  pricesOf: () => [{ level: 'typical', own: { functionInit: 5 } }],
  replay: () => [
    trace(),
    { ...options, hosts: 1, machine: {}, workload: {}, warmupMinutes: 0, maps: { atMs: [0] } },
  ],
  replayPlan: () => [trace(), { systems: ['scpv-boot'], seed: 1, keepAlive: '5' }, { jobs: 1 }],
  resultsOf: async () => [await run(), 'typical'],
  seedsOf: async () => [[await run(), { ...(await run()), seed: 2 }]],
  sensitivityOf: async () => [await run(), library.pricesOf(), new Map()],
};

const results = async (): Promise<library.Results> => library.resultsOf(await run());
const ofResults: Taken = async () => [await results()];
const report = async (): Promise<library.Report> => ({
  results: await results(),
  details: library.detailsOf(await run()),
});
const ofTable: Taken = async () => [systemsTable(await results())];

const REPORTS: Readonly<Record<string, Taken>> = {
  'FORMATS.render': async () => [await report()],
  'JSON_FORMAT.render': async () => [await report()],
  alignRows: () => [[['a', 'b']]],
  csvOf: ofTable,
  escapeHtml: () => ['<a>'],
  formatBytes: ofNumber,
  formatCount: ofNumber,
  formatMs: ofNumber,
  formatNumber: ofNumber,
  formatRatio: ofNumber,
  parquetWith: async () => [systemsTable(await results()), []],
  parseResults: ofResults,
  refusedWrite: () => [new Error('EACCES')],
  repairLines: ofResults,
  reportHtml: async () => [await results(), (await report()).details],
  resultsJson: ofResults,
  resultsJsonSchema: none,
  resultsTable: ofResults,
  systemsTable: ofResults,
  writeReport: async () => [await report(), [JSON_FORMAT], ''],
  writingTo: () => ['place', () => 5],
};

const BENCH = library.MICROBENCHES.filter(({ name }) => name === 'czone');
const LIVES = made(() => library.parseProfile(PROFILE, readFileSync(PROFILE, 'utf8')));
const benched = { name: 'x', operation: 'page', nsPerOperation: 5, lowestNs: 4, highestNs: 6 };
const ofBenches: Taken = () => {
  const record = { schema: 1, benches: [{ ...benched, operations: 1, hash: 'a', counts: {} }] };
  return [[record], [record]];
};
const signal = AbortSignal.abort();

/** What commands do. */
const COMMANDS: Readonly<Record<string, Taken>> = {
  'MICROBENCHES.prepare': () => [{ frames: library.BENCH_FRAMES_LEAST }],
  runMicrobenches: () => [BENCH, { frames: library.BENCH_FRAMES_LEAST }, 1, () => 1, drop],
  compareBenches: ofBenches,
  coreVersion: () => ['release'],
  startWall: none,
  parseBenchRecord: () => ['{"schema":1,"benches":[]}', 'x'],
  buildCore: () => ['not AssemblyScript', { compiles: drop }],
  captureReel: async () => [await capture(), { by: 'guided', moments: 2 }],
  compareResults: ({ folder }) => [folder, folder, { a: [{ path: 'seed', label: '1' }] }],
  emulateForks: () => [LIVES(), library.measuredOf(LIVES())],
  emulateLives: () => [LIVES(), library.measuredOf(LIVES()), drop],
  importEvents: () => [PROFILE],
  importReportOf: ({ folder }) => [folder],
  devicePlanOf: () => ['--balloon', '5s:512M'],
  instantAt: ({ reel }) => [reel, 5],
  mapPng: ({ reel }) => [reel, deflateSync, 0],
  playJobFiles: () => [['x.json'], { engine: library.threadEngine(1), signal }],
  query: ({ folder }) => [folder, 'SELECT 1', drop],
  recordedSteps: async () => [await capture(), 'guided', 5, {}],
  redisEngine: () => ['redis://127.0.0.1:1'],
  reportOf: ({ folder }) => [folder],
  runLive: async () => [await capture(), { moments: 1 }],
  serveRedis: () => [
    'redis://127.0.0.1:1',
    { threads: 1, claimMs: 1000, signal, ended: drop, tell: drop },
  ],
  shrinkBetween: () => [{ high: 0.3, low: 0.1 }],
  shrinkWhenIdle: ofNumber,
  threadEngine: ofNumber,
  writeAgain: async () => [await report(), ['json'], ''],
  writeFigures: async () => [await report(), '', { width: 400 }],
};

const OTHERS: Readonly<Record<string, Taken>> = {
  buddyinfo: ofState,
  pagetypeinfo: ofState,
  zoneinfo: ofState,
  decodeReel: ({ reel }) => [library.encodeReel(reel)],
  encodeReel: ({ reel }) => [reel],
  mapSvg: ({ reel }) => [reel, 0],
  mapText: ({ reel }) => [reel, reel.instants[0]?.map, true],
  fragmentOf: () => ['boot 64'],
  scriptOf: () => ['#script=boot+64'],
  piecesOf: () => ['a `b`'],
  programOf: ({ play }) => [play.outcomes],
  statedFigure: ({ play }) => ['costUs', play.outcomes[0]],
  randomStream: () => [1, 'a'],
  scenarioTable: () => [[{ a: 1, b: 'x' }]],
  shuffle: () => [[1, 2, 3], library.randomStream(1, 'a')],
  bytes: ofNumber,
  bytesOfPages: ofNumber,
  ms: ofNumber,
  order: ofNumber,
  pages: ofNumber,
  pagesOfMib: ofNumber,
  pfn: ofNumber,
  experimentYaml: () => [experiment()],
  planOf: () => [experiment()],
  readExperiment: () => [projectFile('examples/experiment.yaml')],
  openCapture: () => [projectFile('test/recordings/linux-6.12-smoke-768')],
  parseProfile: () => [PROFILE, readFileSync(PROFILE, 'utf8')],
  profileFileOf: async () => [await capture()],
  readResults: () => ['results.json'],
  verifyCapture: async () => [await capture(), 'placement', {}],
};

/** By the export's name; of what an export holds, with that after a dot. */
export const TAKEN: Readonly<Record<string, Taken>> = {
  ...HANDLES,
  ...TRACES,
  ...SYSTEMS,
  ...RUNS,
  ...REPORTS,
  ...COMMANDS,
  ...OTHERS,
};

/** Which argument is a folder that is written to. */
export const PLACES: Readonly<Record<string, number>> = {
  writeReport: 2,
  writeAgain: 2,
  writeFigures: 1,
};

/** What is not called, and why. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  'SCENARIOS.run': 'takes nothing, and seconds to minutes',
  mountMapView: 'needs a page',
  record: 'boots a kernel under QEMU, for minutes',
  runSweep: 'asks package.json for its version, which a build of fuzzers has not beside it',
  emitSweep: 'the same',
  Core: 'is made by Core.create',
  Guest: 'is made by Vmm.boot',
  MicroVm: 'is made by Vmm.boot',
  'Core.layOut': 'is private',
  'Core.blank': 'is private',
  'Core.attach': 'is private',
  'Guest._boot': 'is private',
};

function drop(): void {}

function v86(): V86Cpu {
  const memory = new Uint8Array(2 ** 22);
  return {
    mem8: memory,
    jit_dirty_cache: drop,
    io: { ports: [], register_read: drop, register_write: drop },
    devices: {
      pci: { pci_addr: new Uint8Array(4), register_device: drop, raise_irq: drop, lower_irq: drop },
    },
  } as unknown as V86Cpu;
}
