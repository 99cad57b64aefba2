// Tells somebody outside what happens in a replay, as it happens. Nobody is told unless somebody asked.

import { FRAME_BYTES } from '../abi/unit.ts';

/**
 * `start`: a container is asked for. `ready`: it can take its call. `call`: a call begins, `isCold` when the container was started
 * for it. `end`: the call ends, the container is idle. `stop`: the container ends.
 */
export type ReplayEventKind = 'start' | 'ready' | 'call' | 'end' | 'stop';

export interface ReplayEvent {
  readonly kind: ReplayEventKind;
  /** Since the trace's begin; never decreasing within a system. */
  readonly atMs: number;
  readonly system: string;
  /** Id in `Trace.functions`. */
  readonly functionId: number;
  /** Of the system's containers, from 0 in the order of their starts. */
  readonly container: number;
  readonly isCold: boolean;
  /** After the event: containers that start or run a call, those that are idle, and what the host holds for all, in bytes. */
  readonly busy: number;
  readonly idle: number;
  readonly heldBytes: number;
}

export type OnEvent = (event: ReplayEvent) => void;

interface Known {
  readonly container: number;
  readonly functionId: number;
  isCold: boolean;
  isIdle: boolean;
}

/** By slot of the pool, which gives a slot again when its container has ended. */
export class Listener {
  readonly #system: string;
  readonly #onEvent: OnEvent;
  /** Frames by cause: the host's account. */
  readonly #account: Float64Array;
  readonly #known = new Map<number, Known>();
  #started = 0;
  #idle = 0;

  constructor(system: string, account: Float64Array, onEvent: OnEvent) {
    this.#system = system;
    this.#account = account;
    this.#onEvent = onEvent;
  }

  started(slot: number, functionId: number, atMs: number): void {
    const container = this.#started;
    this.#started += 1;
    this.#known.set(slot, { container, functionId, isCold: true, isIdle: false });
    this.tell('start', slot, atMs);
  }

  tell(kind: ReplayEventKind, slot: number, atMs: number): void {
    const known = this.#known.get(slot) as Known;
    const isIdle = kind === 'end';
    this.#idle += Number(isIdle) - Number(known.isIdle);
    known.isIdle = isIdle;
    if (kind === 'stop') this.#known.delete(slot);
    const { container, functionId, isCold } = known;
    this.#onEvent({
      kind,
      atMs,
      system: this.#system,
      functionId,
      container,
      isCold,
      busy: this.#known.size - this.#idle,
      idle: this.#idle,
      heldBytes: this.#account.reduce((sum, frames) => sum + frames, 0) * FRAME_BYTES,
    });
    if (isIdle) known.isCold = false;
  }
}
