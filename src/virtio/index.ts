/** The room's door: what the VMM, the recordings and the library's users take from it. */

export * from './constants.ts';
export * from './device.ts';
export * from './memory.ts';
export { MmioTransport, type MmioCounters, type RegisterBus } from './mmio.ts';
export * from './timers.ts';
export * from './transport.ts';
export { connect } from './connect.ts';
export { DescriptorChain } from './queue/chain.ts';
export * from './queue/device-queue.ts';
export * from './queue/driver-queue.ts';
export type { QueueFault } from './queue/fault.ts';
export * from './queue/layout.ts';
export * from './balloon/device.ts';
export * from './balloon/driver.ts';
export * from './balloon/guest.ts';
export * from './balloon/host.ts';
export * from './balloon/profiles.ts';
export * from './balloon/stats.ts';
export * from './mem/device.ts';
export * from './mem/driver.ts';
export type { MemMode, Outcome } from './mem/driver-link.ts';
export * from './mem/guest.ts';
export * from './mem/host.ts';
export * from './mem/profiles.ts';
