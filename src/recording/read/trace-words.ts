// The words of a trace's lines, as bytes.

import * as T from './trace-columns.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
export const EVENTS: readonly { readonly name: Uint8Array; readonly kind: number }[] =
  T.EVENT_NAMES.map((name, kind) => ({ name: bytes(name), kind })).slice(1, T.EVENT_BULK_END + 1);
type Key =
  | 'pfn'
  | 'order'
  | 'type'
  | 'gfp'
  | 'refill'
  | 'allocOrder'
  | 'fallbackOrder'
  | 'pageblockOrder'
  | 'fragmenting'
  | 'allocType'
  | 'fallbackType'
  | 'ownership'
  | 'succeeded'
  | 'failed'
  | 'reason'
  | 'mode'
  | 'status'
  | 'zoneStart'
  | 'migratePfn'
  | 'freePfn'
  | 'pid'
  | 'childPid'
  | 'bulkGfp'
  | 'bulkNr'
  | 'taken';

export const KEY: Readonly<Record<Key, Uint8Array>> = {
  pfn: bytes('pfn=0x'),
  order: bytes('order='),
  type: bytes('migratetype='),
  gfp: bytes('gfp_flags='),
  refill: bytes('percpu_refill='),
  allocOrder: bytes('alloc_order='),
  fallbackOrder: bytes('fallback_order='),
  pageblockOrder: bytes('pageblock_order='),
  fragmenting: bytes('fragmenting='),
  allocType: bytes('alloc_migratetype='),
  fallbackType: bytes('fallback_migratetype='),
  ownership: bytes('change_ownership='),
  succeeded: bytes('nr_succeeded='),
  failed: bytes('nr_failed='),
  reason: bytes('reason='),
  mode: bytes('mode='),
  status: bytes('status='),
  zoneStart: bytes('zone_start=0x'),
  migratePfn: bytes('migrate_pfn=0x'),
  freePfn: bytes('free_pfn=0x'),
  pid: bytes(' pid='),
  childPid: bytes('child_pid='),
  bulkGfp: bytes('gfp=0x'),
  bulkNr: bytes('nr='),
  taken: bytes('taken='),
};
/** By number: whether a run of compaction may wait. */
export const COMPACT_MODES: readonly string[] = ['async', 'sync'];
export const MARK_TEXT: Uint8Array = bytes('pagestate ');
/** What a recorder writes into the trace for itself, such as where a call begins. */
export const OWN_EVENT: Uint8Array = bytes('tracing_mark_write');
export const OWN_TEXT: Uint8Array = bytes('guestmem ');
/** No event of the kernel's. */
export const OWN_KIND = 0;
/** `CPU:0 [LOST 12 EVENTS]` stands where the buffer had no room; a line of a task has spaces or its name before the colon. */
export const LOST_TEXT: Uint8Array = bytes('CPU:');
/** A fork whose child is the thread that kthreadd starts when huge pages are switched on. An import does not say it. */
export const STARTS_KHUGEPAGED: Uint8Array = bytes('child_comm=khugepaged ');
