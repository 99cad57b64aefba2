// Runs compiled recordings on the Wasm core, in chunks through its buffer.

import {
  type AllocatorState,
  Core,
  type CoreBuild,
  loadState,
  LOG_DRAIN,
  LOG_MISMATCH,
  LOG_PLACE,
  LOG_RECORD_BYTES,
  PROGRAM_COMMAND_WORDS,
  saveState,
  stateFrames,
} from '../../core/index.ts';
import { RefusedCommand } from '../error.ts';
import { type AllocatorPort, eventOf, frameOf, type RunLog, shapeOf } from './program.ts';

/** Commands copied to the core at once. */
const CHUNK_COMMANDS = 65_536;
/** The chunk, and behind it a log of some 600,000 records. */
const BUFFER_SLOTS = 4 * CHUNK_COMMANDS;

function refusal(program: Uint32Array, command: number): RefusedCommand {
  const { order, zone } = shapeOf(program, command);
  const frame = frameOf(program, command).toString(16);
  const what = `frame 0x${frame} of order ${order} where zone ${zone} has no such block`;
  return new RefusedCommand(eventOf(program, command), what);
}

export class CorePort implements AllocatorPort {
  readonly #build: CoreBuild;
  /** Frames beyond the loaded state that the recording will name (hotplug). */
  readonly #frames: number;
  #core: Core | undefined;
  /** Reads a clock in milliseconds; without one no time is metered. */
  readonly #clock: () => number;
  /** Spent inside the core. */
  coreMs = 0;

  constructor(frames: number, build: CoreBuild = 'release', clock: () => number = () => 0) {
    this.#frames = frames;
    this.#build = build;
    this.#clock = clock;
  }

  get core(): Core {
    if (this.#core === undefined) throw new RangeError('no state is loaded');
    return this.#core;
  }

  load(state: AllocatorState): void {
    this.#core = Core.create({
      frames: Math.max(this.#frames, stateFrames(state)),
      cpus: Math.max(1, ...state.zones.map((zone) => zone.pcps.length)),
      objects: 1,
      nodes: 1,
      bufferSlots: BUFFER_SLOTS,
      build: this.#build,
    });
    loadState(this.#core, state);
  }

  save(label: string): AllocatorState {
    return saveState(this.core, label);
  }

  /** Hears now and then how many commands of how many are done. */
  onCommands: ((done: number, total: number) => void) | undefined;

  run(program: Uint32Array, first: number, end: number, log: RunLog): void {
    let at = first;
    while (at < end) {
      const commands = Math.min(CHUNK_COMMANDS, end - at);
      const from = at * PROGRAM_COMMAND_WORDS;
      const chunk = program.subarray(from, from + commands * PROGRAM_COMMAND_WORDS);
      const started = this.#clock();
      const done = this.core.program.run(chunk, at);
      this.coreMs += this.#clock() - started;
      if (done <= 0) throw refusal(program, at);
      this.#collect(log);
      at += done;
      this.onCommands?.(at, end);
    }
  }

  #collect(log: RunLog): void {
    const words = this.core.program.log();
    for (let at = 0; at < words.length; at += LOG_RECORD_BYTES / 4) {
      const head = words[at] as number;
      const command = head >>> 2;
      const frame = words[at + 1] as number;
      const kind = head & 3;
      if (kind === LOG_MISMATCH) log.mismatches.push(command, frame, words[at + 2] as number);
      else if (kind === LOG_DRAIN) log.drains.push(command, frame);
      else if (kind === LOG_PLACE) log.places.push(command);
      else log.refills.push(command, frame);
    }
  }
}
