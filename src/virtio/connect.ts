/** Wires a device and its driver's transport together: registers one way, the interrupt line the other. */

import { bound } from '../graph/index.ts';
import type { VirtioDevice } from './device.ts';
import type { DriverMemory } from './memory.ts';
import { MmioTransport } from './mmio.ts';
import { DriverTransport } from './transport.ts';

export interface Connection {
  readonly mmio: MmioTransport;
  readonly transport: DriverTransport;
}

/** The driver takes each interrupt at once. */
export function connect(device: VirtioDevice, memory: DriverMemory): Connection {
  const mmio = new MmioTransport(device);
  const transport = new DriverTransport(mmio, memory);
  device.onInterrupt = bound(transport, transport.interrupt);
  return { mmio, transport };
}
