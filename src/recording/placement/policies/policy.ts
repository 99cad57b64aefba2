// What a placement policy is. Nothing here knows any policy.

/** What a page is used for, as far as a request tells (../stream.ts has the rule). */
export const PAGE_PRIVATE = 1; // anonymous memory of a process
export const PAGE_FILE = 2; // page cache and shared memory
export const PAGE_KERNEL = 3;

/** A request, as a policy sees it. */
export interface PageRequest {
  /** PAGE_*. */
  readonly use: number;
  /** Number of the process in a container, 0: none. */
  readonly process: number;
  /** Number of the container, 0: none. */
  readonly tree: number;
}

/** No CZone: the kernel's zones, by the gfp mask. */
export const KERNEL_PLACE = 0;

/** Who may own CZones under a policy. */
export type CZoneOwner = 'nobody' | 'tree' | 'process';

/** A placement of pages: which requests get a CZone's frames. */
export interface PagePolicy {
  /** For `--policy`. */
  readonly name: string;
  /** One sentence for reports. */
  readonly about: string;
  /**
   * What the owner numbers count; a CZone ends when its owner has exited and its last page is gone.
   */
  readonly owner: CZoneOwner;
  /** Owner of the CZone that gets the page, or KERNEL_PLACE. */
  readonly place: (request: PageRequest) => number;
}
