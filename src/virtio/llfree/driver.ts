/**
 * The guest's half of HyperAlloc: it tells the host of its zones once, and before a huge frame that the host has taken is used asks
 * for memory behind it. A request is sent with interrupts off, on the queue of the CPU that needs it, and waited for.
 */

import { AVAIL_NO_INTERRUPT } from '../constants.ts';
import type { DriverQueue } from '../queue/driver-queue.ts';
import type { DriverTransport, ProbeFailure } from '../transport.ts';
import { CONFIG_CPUS, DEVICE_ID_LLFREE, QUEUE_INSTALL, QUEUE_ZONES } from './config.ts';
import type { LlfreeGuest } from './guest.ts';
import { INSTALL_BYTES, ZONE_BYTES, encodeInstall, encodeZone } from './request.ts';

const MESSAGE_ALIGN = 8;

interface Place {
  readonly index: number;
  readonly queue: DriverQueue<null>;
  readonly addr: number;
}

export function unheard(): void {}

export class LlfreeDriver {
  private readonly _transport: DriverTransport;
  private readonly _guest: LlfreeGuest;
  private readonly _places: Place[] = [];

  constructor(transport: DriverTransport, guest: LlfreeGuest) {
    this._transport = transport;
    this._guest = guest;
  }

  probe(): ProbeFailure | undefined {
    const transport = this._transport;
    const failure =
      transport.probe(DEVICE_ID_LLFREE) ?? transport.negotiate(0n, (f) => f) ?? this._setUp();
    if (failure !== undefined) {
      transport.fail();
      return failure;
    }
    // whoever sends waits: nobody wants an interrupt
    transport.start({ configChanged: unheard, queueUsed: unheard, work: unheard });
    for (const zone of this._guest.zones()) this._send(QUEUE_ZONES, encodeZone(zone));
    return undefined;
  }

  /** Has the host put memory behind what a request of a CPU waits for. Whether it did. */
  install(cpu: number): boolean {
    const { waiting } = this._guest;
    if (waiting === undefined) return false;
    return this._send(QUEUE_INSTALL + cpu, encodeInstall({ node: 0, ...waiting }));
  }

  private _setUp(): ProbeFailure | undefined {
    const { cpus } = this._guest;
    if (this._transport.readConfig32(CONFIG_CPUS) < cpus) return 'bad-config';
    for (let index = QUEUE_ZONES; index < QUEUE_INSTALL + cpus; index += 1) {
      const queue = this._transport.setUpQueue<null>(index);
      if (typeof queue === 'string') return queue;
      const { memory } = this._transport;
      const bytes = Math.max(ZONE_BYTES, INSTALL_BYTES);
      const addr = memory.alloc(bytes, MESSAGE_ALIGN);
      if (addr === undefined) return 'no-memory';
      memory.memory.writeU16(queue.layout.availAddr, AVAIL_NO_INTERRUPT);
      this._places.push({ index, queue, addr });
    }
    return undefined;
  }

  /** Sends a message and waits until it was used. */
  private _send(index: number, message: Uint8Array): boolean {
    const place = this._places[index];
    if (place === undefined) return false;
    const { queue, addr } = place;
    const { memory } = this._transport.memory;
    memory.write(addr, message);
    if (!queue.add([{ addr, lengthBytes: message.length }], 1, null)) return false;
    this._transport.kick(index, queue);
    return queue.takeUsed() !== undefined;
  }
}
