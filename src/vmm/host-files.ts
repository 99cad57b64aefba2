// The files of the guests on their host: which of their pages it has cached, and whose memory that is. The host has room
// for what it reads: a page is read from the device once in a run. What no VM uses is memory that the host has available.

import { CAUSE_HOST_CACHE, type HostMemory, newAccount } from './host.ts';

/**
 * How guests come to their files. shared: virtio-blk over the host's page cache, whose copy nobody maps, so that it is
 * available memory. double: the same, the copy charged as cgroups do, beside those in the guests. dax: guests map the
 * host's copy and have none.
 */
export const HOST_CACHES = ['shared', 'double', 'dax'] as const;

/** Name of a way in which guests come to their files. */
export type HostCache = (typeof HOST_CACHES)[number];

interface HostFile {
  /** Pages that the host has read. */
  cached: number;
  /** VMs that have read it. */
  users: number;
}

export class HostFiles {
  readonly mode: HostCache;
  private readonly _host: HostMemory;
  private readonly _files: Map<string, HostFile> = new Map<string, HostFile>();
  private readonly _held: Float64Array = newAccount();

  constructor(host: HostMemory, mode: HostCache) {
    this._host = host;
    this.mode = mode;
  }

  /** A VM that has not read the file before does. */
  use(name: string): void {
    const file = this._files.get(name);
    if (file === undefined) this._files.set(name, { cached: 0, users: 1 });
    else file.users += 1;
  }

  /** Reads a user's file up to a page. Pages that were read from the device for that. Throws HostOutOfMemory. */
  read(name: string, upTo: number): number {
    const file = this._files.get(name) as HostFile;
    const missed = Math.max(0, upTo - file.cached);
    file.cached += missed;
    this._settle();
    return missed;
  }

  /** A VM has ended. */
  leave(names: Iterable<string>): void {
    for (const name of names) (this._files.get(name) as HostFile).users -= 1;
    this._settle();
  }

  private _settle(): void {
    if (this.mode === 'shared') return;
    const next = newAccount();
    let frames = 0;
    for (const { cached, users } of this._files.values()) if (users > 0) frames += cached;
    next[CAUSE_HOST_CACHE] = frames;
    this._host.settle(this._held, next);
  }
}
