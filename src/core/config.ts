// How large the tables of one guest's core are, and what they are when nothing is said.

import { NODE_ENTRIES } from '../abi/layout.ts';
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

/** The configuration with every size said. */
export function withDefaults(config: CoreConfig): Required<CoreConfig> {
  const objects = config.objects ?? DEFAULT_OBJECTS;
  return {
    frames: config.frames,
    cpus: config.cpus ?? 1,
    czones: config.czones ?? 0,
    objects,
    nodes: config.nodes ?? defaultNodes(config.frames, objects),
    bufferSlots: config.bufferSlots ?? DEFAULT_BUFFER_SLOTS,
    build: config.build ?? 'release',
  };
}
