/** What the guest kernel does for the virtio-mem driver. Addresses are guest-physical, in bytes. */

export type AddResult = 'ok' | 'no-memory' | 'error';
export type FakeOfflineResult = 'ok' | 'busy' | 'no-memory';
export type RemoveResult = 'ok' | 'busy' | 'no-memory';
export type MemZone = 'kernel' | 'movable';

export interface MemGuest {
  /** Size of a memory block, the unit of hotplug: 128 MiB as a rule. */
  readonly memoryBlockBytes: number;
  /** Size of a pageblock, the smallest range that can be isolated: 2 MiB. */
  readonly pageblockBytes: number;
  /** Last byte that can be memory, plus one (x86 physical address limit). */
  readonly addressLimit: number;
  /**
   * Adds a whole memory block. When the online policy onlines it at once, the guest calls the driver's
   * `onlineChunk` for its chunks and then `memoryOnlined`, all inside this call.
   */
  addMemory(addr: number, lengthBytes: number): AddResult;
  /** Pages of an online block are plugged now: from fake-offline to the buddy allocator. */
  fakeOnline(addr: number, lengthBytes: number): void;
  /**
   * One try to take a range out of use: allocates it as a contiguous range, marks it offline, takes it
   * from the managed pages.
   */
  fakeOffline(addr: number, lengthBytes: number): FakeOfflineResult;
  /** Removes a memory block that is offline; cannot fail. */
  removeMemory(addr: number, lengthBytes: number): void;
  /** Offlines memory, all of it fake-offline already, and removes it. */
  offlineAndRemove(addr: number, lengthBytes: number): RemoveResult;
  /** Is the address in ZONE_MOVABLE? Asked of online memory only. */
  isMovable(addr: number): boolean;
}
