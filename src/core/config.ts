// How large the tables of one guest's core are, and what they are when nothing is said.

import { NODE_ENTRIES } from '../abi/layout.ts';
import { FRAMES_PER_GIB } from '../abi/unit.ts';
import { STATUS_NO_MEMORY } from '../abi/status.ts';
import { expectInteger, expectObject } from '../check/index.ts';
import { GuestTooLarge, expectAnswer } from './error.ts';
import type { CoreBuild } from './instantiate.ts';

/** How large a guest's tables are. Fixed for its life. */
export interface CoreConfig {
  /** Guest-physical span in frames, holes included; rounded up to 4 MiB. */
  readonly frames: number;
  /** Virtual CPUs: sets of per-cpu lists. Default 1. */
  readonly cpus?: number;
  /** CZones that may exist at once. Default 0. */
  readonly czones?: number;
  /** Memory objects that may exist at once. Default 1024. */
  readonly objects?: number;
  /** Nodes of the objects' tables. Default: enough for every frame once, plus one an object. */
  readonly nodes?: number;
  /** Slots of the buffer for compiled recordings: commands and their log. Default 1024. */
  readonly bufferSlots?: number;
  /** Which build of the core. Default release. */
  readonly build?: CoreBuild;
}

const DEFAULT_OBJECTS = 1024;
const DEFAULT_BUFFER_SLOTS = 1024;
/** Nodes that directories above the leaves take. */
const DIRECTORY_NODES = 64;

function defaultNodes(frames: number, objects: number): number {
  return Math.ceil(frames / NODE_ENTRIES) + objects + DIRECTORY_NODES;
}

const U32_MAX = 2 ** 32 - 1;

/** The configuration with every size said. Throws RefusedArgument for a size that is none. */
export function withDefaults(config: CoreConfig): Required<CoreConfig> {
  expectObject('core', config);
  const frames = expectInteger('frames', config.frames, 1, U32_MAX);
  const objects = expectInteger('objects', config.objects ?? DEFAULT_OBJECTS, 1, U32_MAX);
  const nodes = config.nodes ?? defaultNodes(frames, objects);
  return {
    frames,
    cpus: expectInteger('cpus', config.cpus ?? 1, 1, U32_MAX),
    czones: expectInteger('czones', config.czones ?? 0, 0, U32_MAX),
    objects,
    nodes: expectInteger('nodes', nodes, 0, U32_MAX),
    bufferSlots: expectInteger(
      'bufferSlots',
      config.bufferSlots ?? DEFAULT_BUFFER_SLOTS,
      0,
      U32_MAX,
    ),
    build: config.build ?? 'release',
  };
}

/** Passes if the tables found room. A Wasm memory ends at 4 GiB, and the process's may end before. */
export function expectSpace(config: Required<CoreConfig>, status: number): void {
  if (status !== STATUS_NO_MEMORY) {
    expectAnswer(status, 'create');
    return;
  }
  const guestGib = (config.frames / FRAMES_PER_GIB).toFixed(1);
  throw new GuestTooLarge(
    `create: no memory for the tables of a guest of ${guestGib} GiB: a core holds up to 4 GiB of them, ` +
      `some 13 bytes a frame (1.1 TiB of guest), if the process may grow by as much (ulimit -v)`,
  );
}
