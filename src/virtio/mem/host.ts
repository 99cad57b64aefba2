/** What the host does for a virtio-mem device. Addresses and sizes are multiples of the block. */

export interface MemHost {
  /** Memory may be used by the guest from now on. False when the host cannot give it: answered BUSY. */
  plug(addr: number, lengthBytes: number): boolean;
  /** Takes memory back and discards it. Returns frames of 4 KiB that were backed; -1 to refuse (BUSY). */
  unplug(addr: number, lengthBytes: number): number;
  /** Each request with its answer, for recordings. */
  answered?(request: {
    readonly type: number;
    readonly addr: number;
    readonly blocks: number;
    readonly response: number;
  }): void;
}

export interface MemCounters {
  plugRequests: number;
  unplugRequests: number;
  unplugAllRequests: number;
  stateRequests: number;
  pluggedBlocks: number;
  unpluggedBlocks: number;
  /** Frames of 4 KiB that were backed and are not any more. */
  releasedPages: number;
  /** Answers by response type: ACK, NACK, BUSY, ERROR. */
  readonly answers: [number, number, number, number];
}

export function newMemCounters(): MemCounters {
  return {
    plugRequests: 0,
    unplugRequests: 0,
    unplugAllRequests: 0,
    stateRequests: 0,
    pluggedBlocks: 0,
    unpluggedBlocks: 0,
    releasedPages: 0,
    answers: [0, 0, 0, 0],
  };
}
