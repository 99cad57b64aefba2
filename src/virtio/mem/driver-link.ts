/** What the two modes of the virtio-mem driver share: how they send requests and touch the guest. */

import { ARRAY, COUNT, FLAG, TEXT, type Shape } from '../../check/index.ts';
import type { FakeOfflineResult, MemGuest, MemZone } from './guest.ts';

/**
 * How a step of the driver ended. 'again': the config changed or the device said NACK; 'busy': memory is
 * in use; 'host-busy': the device said BUSY; 'no-space': no more can be added now; 'broken': for good.
 */
export type Outcome = 'ok' | 'again' | 'busy' | 'host-busy' | 'no-memory' | 'no-space' | 'broken';

/** Work that stops at each `yield` until the device has answered. */
export type Work<T> = Generator<undefined, T, void>;

export interface MemLink {
  readonly guest: MemGuest;
  readonly unplugsOnline: boolean;
  sendPlug(addr: number, lengthBytes: number): Work<Outcome>;
  sendUnplug(addr: number, lengthBytes: number): Work<Outcome>;
  /** Up to five tries in ZONE_MOVABLE, one elsewhere; 'again' when the config changed meanwhile. */
  fakeOffline(addr: number, lengthBytes: number): FakeOfflineResult | 'again';
  /** A range stays plugged because something in it cannot move. */
  skipped(addr: number, lengthBytes: number): void;
  /** May this much be added while so much is still offline? */
  canAdd(lengthBytes: number): boolean;
  /** Memory was added (positive) or went (negative) without being online. */
  offlineChanged(lengthBytes: number): void;
  /** Runs the work once more after this run. */
  retry(): void;
}

/** What a mode remembers, as plain data. */
export const MODE: Shape = {
  states: [COUNT],
  plugged: [ARRAY],
  online: [[COUNT, TEXT]],
  hasLeftover: FLAG,
};

export interface MemModeState {
  readonly states: readonly number[];
  /** Sub-block mode: the plugged sub-blocks of each memory block. */
  readonly plugged: readonly Uint8Array[];
  /** Big-block mode: zones of the online memory blocks, by address. */
  readonly online: readonly (readonly [number, MemZone])[];
  readonly hasLeftover: boolean;
}

/** Sub-block or big-block mode. */
export interface MemMode {
  readonly kind: 'sub-block' | 'big-block';
  /** Smallest amount this mode plugs or unplugs. */
  readonly unitBytes: number;
  /** Memory below this address may be used. */
  setUsableEnd(addr: number): void;
  /** Is memory left that is unplugged but could not be removed? */
  readonly hasLeftover: boolean;
  cleanUp(): Work<Outcome>;
  plug(lengthBytes: number): Work<Outcome>;
  unplug(lengthBytes: number): Work<Outcome>;
  chunkState(addr: number, lengthBytes: number): 'plugged' | 'unplugged' | 'mixed';
  onlined(addr: number, zone: MemZone): void;
  save(): MemModeState;
  load(state: MemModeState): void;
}
