/** The queues of the balloon driver by role, and who waits for which. */

import { DriverQueue, type DriverQueueState, type QueueBuffer } from '../queue/driver-queue.ts';
import type { DriverTransport, ProbeFailure } from '../transport.ts';
import { queueRoles, type BalloonQueueRole } from './config.ts';

export interface QueuePlace {
  readonly index: number;
  readonly queue: DriverQueue<null>;
}

export type QueuesState = readonly {
  readonly role: BalloonQueueRole;
  readonly index: number;
  readonly state: DriverQueueState;
}[];

export class BalloonQueues {
  private readonly _transport: DriverTransport;
  private readonly _places = new Map<BalloonQueueRole, QueuePlace>();
  private readonly _waits = new Map<BalloonQueueRole, () => void>();

  constructor(transport: DriverTransport) {
    this._transport = transport;
  }

  /** Does anyone wait for the device? The statistics buffer is always with it and does not count. */
  get isWaiting(): boolean {
    return this._waits.size > 0;
  }

  isWaitingFor(role: BalloonQueueRole): boolean {
    return this._waits.has(role);
  }

  place(role: BalloonQueueRole): QueuePlace | undefined {
    return this._places.get(role);
  }

  setUp(): ProbeFailure | undefined {
    const roles = queueRoles('dense', this._transport.features);
    for (let index = 0; index < roles.length; index++) {
      const role = roles[index];
      const queue = this._transport.setUpQueue<null>(index);
      if (typeof queue === 'string') return queue;
      if (role !== undefined) this._places.set(role, { index, queue });
    }
    return undefined;
  }

  /** Sends one chain and calls `done` when it was used: at once, or when the device gets to it. */
  send(
    role: BalloonQueueRole,
    buffers: readonly QueueBuffer[],
    readableCount: number,
    done: () => void,
  ): boolean {
    const place = this._places.get(role);
    if (place === undefined || !place.queue.add(buffers, readableCount, null)) return false;
    this._transport.kick(place.index, place.queue);
    if (place.queue.takeUsed() === undefined) this._waits.set(role, done);
    else done();
    return true;
  }

  /** Calls everyone whose chain the device has used meanwhile. */
  wake(): void {
    for (const [role, done] of this._waits) {
      if (this._places.get(role)?.queue.takeUsed() === undefined) continue;
      this._waits.delete(role);
      done();
    }
  }

  save(): QueuesState {
    return Array.from(this._places, ([role, { index, queue }]) => ({
      role,
      index,
      state: queue.save(),
    }));
  }

  load(states: QueuesState): void {
    for (const { role, index, state } of states) {
      const queue = DriverQueue.restore(this._transport.memory, state, null);
      this._places.set(role, { index, queue });
    }
  }
}
