// What a driver of czone-virtio is copied by.

import type { EventsState } from './driver-events.ts';
import type { ReportsState } from './driver-reports.ts';
import type { RequestsState } from './driver-requests.ts';

/** Plain data, to be had at rest. */
export interface CZoneDriverState {
  readonly features: bigint;
  readonly owners: Int32Array;
  readonly zones: readonly { readonly zone: number; readonly isIdle: boolean }[];
  readonly requests: RequestsState;
  readonly events: EventsState;
  readonly reports: ReportsState | undefined;
  readonly stats: EventsState | undefined;
}
