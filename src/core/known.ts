// What of this room may stand in the state of a run (src/graph). An instance is its memory; a pool is empty where a run goes on.

import { ABI_VERSION } from '../abi/layout.ts';
import { expectName, expectObject } from '../check/index.ts';
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
import { BUILDS, instantiate } from './instantiate.ts';
import { Monitor } from './monitor.ts';
import { MoveLog } from './moves.ts';
import { Objects } from './objects.ts';
import { Pages } from './pages.ts';
import { CorePool } from './pool.ts';
import { Program } from './program.ts';
import { ReportingCalls } from './reporting.ts';
import { Scratch } from './scratch.ts';
import { ZoneView } from './zone-view.ts';

interface InstanceNote {
  readonly config: Required<CoreConfig>;
  readonly bytes: number;
  readonly ended?: Ended | undefined;
}

const WASM_PAGE_BYTES = 65_536;

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
    const { config, bytes, ended } = expectObject('instance', note) as InstanceNote;
    const full = withDefaults(config);
    expectName('build', full.build, BUILDS);
    return { config: full, bytes, ended };
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
  parts: ({ config, ended, ...rest }) => {
    const memory = ended === undefined ? rest.bytes : new Uint8Array(0);
    return { note: { config, ended, bytes: memory.length } satisfies InstanceNote, memory };
  },
  make: (note, fill) => {
    const { config, bytes, ended } = noteOf(note);
    if (ended !== undefined) return leftInstance(config, ended, fill);
    const raw = instantiate(config.build);
    return refusing(() => {
      const { memory } = raw;
      new Uint8Array(memory.buffer).fill(0);
      memory.grow((bytes - memory.buffer.byteLength) / WASM_PAGE_BYTES);
      fill(new Uint8Array(memory.buffer));
      expectAbi(raw.attach());
      // attaching has told the core's memos that their guest is another, which it is not
      fill(new Uint8Array(memory.buffer));
      return new Instance(raw, config);
    });
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
