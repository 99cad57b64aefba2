/** A guest for the virtio-mem driver that onlines what it is given and can be told what will not move. */

import type {
  AddResult,
  FakeOfflineResult,
  MemDriver,
  MemGuest,
  MemZone,
  RemoveResult,
} from '../../src/virtio/index.ts';

export const MIB: number = 1024 * 1024;
export const BLOCK: number = 128 * MIB;

export class TestMemGuest implements MemGuest {
  readonly memoryBlockBytes: number = BLOCK;
  readonly pageblockBytes: number = 2 * MIB;
  readonly addressLimit: number = 2 ** 46;
  /** Blocks are onlined into this zone when added; undefined leaves them offline. */
  policy: MemZone | undefined = 'movable';
  driver: MemDriver | undefined;
  readonly online: Map<number, MemZone> = new Map();
  /** Sub-blocks of 2 MiB in use: given to the buddy allocator and not taken back. */
  readonly usable: Set<number> = new Set();
  /** 2 MiB ranges in which something cannot move. */
  readonly pinned: Set<number> = new Set();
  addResult: AddResult = 'ok';
  removeResult: RemoveResult = 'ok';
  onFakeOffline: (() => void) | undefined;
  readonly log: string[] = [];

  addMemory(addr: number, lengthBytes: number): AddResult {
    this.log.push(`add ${addr / MIB}+${lengthBytes / MIB}`);
    if (this.addResult !== 'ok') return this.addResult;
    if (this.policy === undefined) return 'ok';
    for (let a = addr; a < addr + lengthBytes; a += BLOCK) this.goOnline(a, this.policy);
    return 'ok';
  }

  goOnline(addr: number, zone: MemZone): void {
    for (const sub of this.#subs(addr, BLOCK)) {
      if (this.driver?.chunkState(sub, 2 * MIB) === 'plugged') this.usable.add(sub);
    }
    this.online.set(addr, zone);
    this.driver?.memoryOnlined(addr, zone);
  }

  fakeOnline(addr: number, lengthBytes: number): void {
    for (const sub of this.#subs(addr, lengthBytes)) this.usable.add(sub);
  }

  fakeOffline(addr: number, lengthBytes: number): FakeOfflineResult {
    this.onFakeOffline?.();
    const subs = this.#subs(addr, lengthBytes);
    if (subs.some((sub) => this.pinned.has(sub))) return 'busy';
    for (const sub of subs) this.usable.delete(sub);
    return 'ok';
  }

  removeMemory(addr: number, lengthBytes: number): void {
    this.log.push(`remove ${addr / MIB}+${lengthBytes / MIB}`);
  }

  offlineAndRemove(addr: number, lengthBytes: number): RemoveResult {
    if (this.removeResult !== 'ok') return this.removeResult;
    this.log.push(`remove ${addr / MIB}+${lengthBytes / MIB}`);
    for (let a = addr; a < addr + lengthBytes; a += BLOCK) this.online.delete(a);
    return 'ok';
  }

  isMovable(addr: number): boolean {
    return this.online.get(Math.floor(addr / BLOCK) * BLOCK) === 'movable';
  }

  #subs(addr: number, lengthBytes: number): number[] {
    const count = lengthBytes / (2 * MIB);
    return Array.from({ length: count }, (_, i) => addr + i * 2 * MIB);
  }
}
