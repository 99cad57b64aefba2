// Tells somebody outside what happens in a replay, as it happens. Nobody is told unless somebody asked.

import { FRAME_BYTES } from '../abi/unit.ts';

/**
 * `start`: a container is asked for. `ready`: it can take its call, or is idle when it was started for none. `call`: a call begins, `isCold` when the container was started
 * for it. `end`: the call ends, the container is idle. `stop`: the container ends.
 */
export type ReplayEventKind = 'start' | 'ready' | 'call' | 'end' | 'stop';

/** Something that happened to a container, with how things are after it. */
export interface ReplayEvent {
  /** What happened. */
  readonly kind: ReplayEventKind;
  /** Since the trace's begin; never decreasing within a system. */
  readonly atMs: number;
  /** The system's name, with its argument. */
  readonly system: string;
  /** Id in `Trace.functions`. */
  readonly functionId: number;
  /** Of the system's containers, from 0 in the order of their starts. */
  readonly container: number;
  /** Whether the container was started for this call; false for what is no call. */
  readonly isCold: boolean;
  /** Containers of the system that start or run a call, after the event. */
  readonly busy: number;
  /** Containers without a call, after the event. */
  readonly idle: number;
  /** What the hosts hold for all of them, in bytes, after the event. */
  readonly heldBytes: number;
}

/** Hears of every event of a replay at the moment at which it happens; it must not change anything. */
export type OnEvent = (event: ReplayEvent) => void;

interface Known {
  readonly container: number;
  readonly functionId: number;
  isCold: boolean;
  isIdle: boolean;
}

/** By slot of the pool, which gives a slot again when its container has ended. */
export class Listener {
  private readonly _system: string;
  private readonly _onEvent: OnEvent;
  /** Frames by cause: the hosts' accounts. */
  private readonly _accounts: readonly Float64Array[];
  private readonly _known = new Map<number, Known>();
  private _started = 0;
  private _idle = 0;

  constructor(system: string, accounts: readonly Float64Array[], onEvent: OnEvent) {
    this._system = system;
    this._accounts = accounts;
    this._onEvent = onEvent;
  }

  private get _heldFrames(): number {
    let sum = 0;
    for (const account of this._accounts) for (const frames of account) sum += frames;
    return sum;
  }

  started(slot: number, functionId: number, atMs: number): void {
    const container = this._started;
    this._started += 1;
    this._known.set(slot, { container, functionId, isCold: true, isIdle: false });
    this.tell('start', slot, atMs);
  }

  tell(kind: ReplayEventKind, slot: number, atMs: number, isIdle = false): void {
    const known = this._known.get(slot) as Known;
    this._idle += Number(isIdle) - Number(known.isIdle);
    known.isIdle = isIdle;
    if (kind === 'stop') this._known.delete(slot);
    const { container, functionId, isCold } = known;
    this._onEvent({
      kind,
      atMs,
      system: this._system,
      functionId,
      container,
      isCold,
      busy: this._known.size - this._idle,
      idle: this._idle,
      heldBytes: this._heldFrames * FRAME_BYTES,
    });
    if (isIdle) known.isCold = false;
  }
}
