// Errors of the guest room.

/**
 * A guest that cannot find a frame even after reclaim: its OOM killer would have to pick a process.
 */
export class GuestOutOfMemory extends Error {
  override readonly name: string = 'GuestOutOfMemory';
}
