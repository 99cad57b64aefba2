/** What the guest kernel does for HyperAlloc's driver. */

import type { ZoneMessage } from './request.ts';

export interface LlfreeGuest {
  readonly cpus: number;
  /** Zones that the host may look into. */
  zones(): readonly ZoneMessage[];
  /** The frame whose huge frame must be installed before a request can go on. */
  readonly waiting: { readonly zone: number; readonly pfn: number } | undefined;
}
