// What of this room may stand in the state of a run (src/graph). An instance is its memory, packed, and at rest where a run goes on; a pool is empty where a run goes on.

import { ABI_VERSION } from '../abi/layout.ts';
import { expectInteger, expectName, expectObject } from '../check/index.ts';
import { type Known, type Special, UnreadableState } from '../graph/index.ts';
import { Backing } from './backing.ts';
import { BalloonList } from './balloon.ts';
import { Compaction } from './compaction.ts';
import { type CoreConfig, withDefaults } from './config.ts';
import { Core } from './core.ts';
import { CZoneCalls } from './czones.ts';
import { FrameView } from './frame-view.ts';
import { Hotplug } from './hotplug.ts';
import { type Ended, Instance } from './instance.ts';
import { BUILDS } from './instantiate.ts';
import { Monitor } from './monitor.ts';
import { MoveLog } from './moves.ts';
import { Objects } from './objects.ts';
import { packedWords } from './packed.ts';
import { Pages } from './pages.ts';
import { CorePool } from './pool.ts';
import { Program } from './program.ts';
import { ReportingCalls } from './reporting.ts';
import { packedOf, resident } from './resident.ts';
import { Scratch } from './scratch.ts';
import { ZoneView } from './zone-view.ts';

interface InstanceNote {
  readonly config: Required<CoreConfig>;
  readonly abi: number;
  /** Of the memory, packed. */
  readonly bytes: number;
  readonly ended?: Ended | undefined;
}

/** Whatever goes wrong with bytes that are none of ours is said of them. */
function refusing<Made>(make: () => Made): Made {
  try {
    return make();
  } catch (error) {
    if (error instanceof UnreadableState) throw error;
    throw new UnreadableState(`state: expected a guest’s memory (${(error as Error).message})`);
  }
}

function noteOf(note: unknown): InstanceNote {
  return refusing(() => {
    const { config, bytes, abi, ended } = expectObject('instance', note) as InstanceNote;
    const full = withDefaults(config);
    expectName('build', full.build, BUILDS);
    return { config: full, abi, bytes, ended };
  });
}

function expectAbi(found: number): void {
  if (found === ABI_VERSION) return;
  throw new UnreadableState(`state: expected a guest of ABI version ${ABI_VERSION}`);
}

function leftInstance(
  config: InstanceNote['config'],
  { what, why }: Ended,
  fill: (memory: Uint8Array) => void,
): Instance {
  fill(new Uint8Array(0));
  const left = Object.create(Instance.prototype) as Instance;
  left.endAs({ what: String(what), why: String(why) });
  return Object.assign(left, { config });
}

const INSTANCE: Special<Instance> = {
  type: Instance,
  parts: (instance) => {
    const { config, ended } = instance;
    const packed = ended === undefined ? packedOf(instance) : new Int32Array(0);
    const memory = new Uint8Array(packed.buffer);
    const note = { config, abi: ABI_VERSION, ended, bytes: memory.length };
    return { note: note satisfies InstanceNote, memory };
  },
  make: (note, fill) => {
    const { config, abi, bytes, ended } = noteOf(note);
    if (ended !== undefined) return leftInstance(config, ended, fill);
    expectAbi(abi);
    const packed = refusing(() => new Int32Array(expectInteger('bytes', bytes, 0) / 4));
    fill(new Uint8Array(packed.buffer));
    const rest = refusing(() => resident().restOf(packed));
    const words = packedWords(packed.subarray(0, -1));
    if (words !== refusing(() => resident().wordsOf(config, rest.header))) {
      throw new UnreadableState('state: expected a guest’s memory, whole');
    }
    return new Instance(rest, config);
  },
};

const POOL: Special<CorePool> = {
  type: CorePool,
  parts: () => ({ note: null, memory: new Uint8Array(0) }),
  make: (_, fill) => {
    fill(new Uint8Array(0));
    return new CorePool();
  },
};

export const CORE_KNOWN: Known = {
  classes: {
    Backing,
    BalloonList,
    Compaction,
    Core: Core as never,
    CZoneCalls,
    FrameView,
    Hotplug,
    Monitor,
    MoveLog,
    Objects,
    Pages,
    Program,
    ReportingCalls,
    Scratch,
    ZoneView,
  },
  specials: { Instance: INSTANCE, CorePool: POOL },
};
