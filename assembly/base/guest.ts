// The guest header: the one struct that says where everything else lies. All state of a guest is in linear memory
// behind it, so a copy of the bytes is a copy of the guest; the globals here are only a cache of its base addresses.

import {
  ABI_VERSION,
  GUEST_BACKED_COUNT_OFFSET,
  GUEST_BACKED_OFFSET,
  GUEST_BACKING_SHIFT_OFFSET,
  GUEST_BALLOON_COUNT_OFFSET,
  GUEST_BALLOON_HEAD_OFFSET,
  GUEST_BALLOON_LIMBO_OFFSET,
  GUEST_BASE,
  GUEST_BLOCKS_OFFSET,
  GUEST_BUFFER_OFFSET,
  GUEST_BUSY_PFN_OFFSET,
  GUEST_BYTES,
  GUEST_CZONE_FRAMES_OFFSET,
  GUEST_CZONE_START_OFFSET,
  GUEST_FAULT_EXPECTED_OFFSET,
  GUEST_FAULT_FOUND_OFFSET,
  GUEST_FAULT_PFN_OFFSET,
  GUEST_FAULT_RULE_OFFSET,
  GUEST_KSWAPD_WAKE_OFFSET,
  GUEST_LINKS_OFFSET,
  GUEST_MOVES_OFFSET,
  GUEST_NODES_OFFSET,
  GUEST_NODES_HIGH_OFFSET,
  GUEST_NODES_MAX_OFFSET,
  GUEST_NODES_USED_OFFSET,
  GUEST_OBJECTS_OFFSET,
  GUEST_OBJECT_COUNT_OFFSET,
  GUEST_PCPS_OFFSET,
  GUEST_PREFER_BACKED_OFFSET,
  GUEST_RECORDS_OFFSET,
  GUEST_REPORTED_OFFSET,
  GUEST_REPORT_ORDER_OFFSET,
  GUEST_REPORT_WANTED_OFFSET,
  GUEST_SCRATCH_OFFSET,
  GUEST_SHARED_COUNT_OFFSET,
  GUEST_SIZES_OFFSET,
  GUEST_SPAN_OFFSET,
  GUEST_STATES_OFFSET,
  GUEST_TEMPLATE_OFFSET,
  GUEST_ZONES_OFFSET,
  GUEST_ZONES_USED_OFFSET,
  KERNEL_ZONES,
  NODE_BYTES,
  STATS_BASE,
} from '../../src/abi/layout';
import {
  FRAME_BYTES,
  FRAME_SHIFT,
  MEMORY_BLOCK_BYTES,
  MEMORY_BLOCK_FRAMES,
  ORDERS,
  ORDER_MAX,
} from '../../src/abi/unit';
import { MIGRATE_ISOLATE, MIGRATE_TYPES } from '../../src/abi/migratetype';
import { attachMemos, memosEnd } from './memo';
import { attachTouched } from './touched';
import { WORK_BYTES, WORK_TURN } from './work';

//  Guest (at GUEST_BASE)
//    0  abiVersion   4 spanFrames    8 zonesMax     12 cpus
//   16  objectsMax  20 nodesMax     24 bufferSlots 28 zonesUsed
//   32  zones       36 pcps         40 blocks       44 buffer        base addresses
//   48  backed      52 template     56 reported     60 states
//   64  records     68 objects      72 nodes        76 scratch
//   80  mobilityOff 84 scaleFactor  88 minFreeKb    92 userMinFreeKb
//   96  boostFactor 100 pcpFraction 104 thp         108 totalReserve
//  112  objectFree  116 objectCount 120 nodeFree    124 nodesUsed
//  128  backingShift 132 backedCount 136 sharedCount 140 kswapdWake
//  144  czoneBlockFrames 148 czoneStart 152 czoneFrames 156 czonePreferBacked
//  160  faultRule   164 faultPfn    168 faultExpected 172 faultFound
//  176  busyPfn     180 zonelistCount 184 zonelist[4]   200 nodesHigh 204 freeZone
//  208  objectsUsed 212 czonePool 216 reportOrder 220 reportWanted
//  224  balloonHead 228 balloonTail 232 balloonCount 236 moves
//  240  links      244 balloonUnmanaged 248 balloonLimbo 252 reportCapacity
@unmanaged
export class Guest {
  abiVersion: u32;
  spanFrames: u32;
  zonesMax: u32;
  cpus: u32;
  objectsMax: u32;
  nodesMax: u32;
  bufferSlots: u32;
  zonesUsed: u32;
  zones: u32;
  pcps: u32;
  blocks: u32;
  buffer: u32;
  backed: u32;
  template: u32;
  reported: u32;
  states: u32;
  records: u32;
  objects: u32;
  nodes: u32;
  scratch: u32;
  /** 1: grouping by mobility is off, every request is UNMOVABLE (tiny guests). */
  mobilityOff: u32;
  /** watermark_scale_factor, in 1/10000 of managed. */
  scaleFactor: u32;
  minFreeKb: u32;
  /** vm.min_free_kbytes as set by a user, 0: not set. */
  userMinFreeKb: u32;
  /** watermark_boost_factor, in 1/10000 of the high watermark. */
  boostFactor: u32;
  /** vm.percpu_pagelist_high_fraction, 0: off. */
  pcpFraction: u32;
  /** 1: transparent huge pages are on (always or madvise): raises min_free_kbytes. */
  thp: u32;
  totalReserve: u32;
  objectFree: u32;
  objectCount: u32;
  nodeFree: u32;
  nodesUsed: u32;
  /** Order of the host pages behind the guest: 0 (4 KiB) or 9 (2 MiB). */
  backingShift: u32;
  backedCount: u32;
  /** Backed frames that are still the template's copy. */
  sharedCount: u32;
  kswapdWake: u32;
  czoneBlockFrames: u32;
  czoneStart: u32;
  czoneFrames: u32;
  czonePreferBacked: u32;
  faultRule: u32;
  faultPfn: u32;
  faultExpected: u32;
  faultFound: u32;
  /** The frame that made the last contiguous range or offlining fail. */
  busyPfn: u32;
  zonelistCount: u32;
  zonelist0: u32;
  zonelist1: u32;
  zonelist2: u32;
  zonelist3: u32;
  /** Nodes ever handed out: bytes past them were never touched and need no copy. */
  nodesHigh: u32;
  freeZone: u32;
  objectsUsed: u32;
  /** Which blocks of the CZone region are plugged and free (czone/pool); on LLFree, which has none, its tables (kernel/llfree). */
  czonePool: u32;
  /** Order from which a free asks for page reporting, or REPORT_NOBODY. */
  reportOrder: u32;
  /** Set when a free block of reportOrder or more has appeared. */
  reportWanted: u32;
  /** The balloon's pages, most recently inflated first: a list through the records. */
  balloonHead: u32;
  balloonTail: u32;
  balloonCount: u32;
  /** Moves of pages that the host holds by number, waiting in the scratch area (migration). */
  moves: u32;
  /** Links of CZone blocks, {next, prev} by pageblock. */
  links: u32;
  /** 1: pages in the balloon do not count as managed (DEFLATE_ON_OOM was not negotiated). */
  balloonUnmanaged: u32;
  /** Frames taken off the balloon's list and not yet given back: the device is being told. */
  balloonLimbo: u32;
  /** Blocks of one report of free pages, at most. */
  reportCapacity: u32;
}
if (<i32>offsetof<Guest>() > GUEST_BYTES) ERROR('the guest header outgrew its room');
if (offsetof<Guest>('spanFrames') != GUEST_SPAN_OFFSET) ERROR('Guest.spanFrames moved');
if (offsetof<Guest>('zonesMax') != GUEST_SIZES_OFFSET) ERROR('Guest.zonesMax moved');
if (offsetof<Guest>('zonesUsed') != GUEST_ZONES_USED_OFFSET) ERROR('the sizes of Guest moved');
if (offsetof<Guest>('zones') != GUEST_ZONES_OFFSET) ERROR('Guest.zones moved');
if (offsetof<Guest>('pcps') != GUEST_PCPS_OFFSET) ERROR('Guest.pcps moved');
if (offsetof<Guest>('blocks') != GUEST_BLOCKS_OFFSET) ERROR('Guest.blocks moved');
if (offsetof<Guest>('buffer') != GUEST_BUFFER_OFFSET) ERROR('Guest.buffer moved');
if (offsetof<Guest>('backed') != GUEST_BACKED_OFFSET) ERROR('Guest.backed moved');
if (offsetof<Guest>('template') != GUEST_TEMPLATE_OFFSET) ERROR('Guest.template moved');
if (offsetof<Guest>('reported') != GUEST_REPORTED_OFFSET) ERROR('Guest.reported moved');
if (offsetof<Guest>('states') != GUEST_STATES_OFFSET) ERROR('Guest.states moved');
if (offsetof<Guest>('records') != GUEST_RECORDS_OFFSET) ERROR('Guest.records moved');
if (offsetof<Guest>('objects') != GUEST_OBJECTS_OFFSET) ERROR('Guest.objects moved');
if (offsetof<Guest>('nodes') != GUEST_NODES_OFFSET) ERROR('Guest.nodes moved');
if (offsetof<Guest>('scratch') != GUEST_SCRATCH_OFFSET) ERROR('Guest.scratch moved');
if (offsetof<Guest>('objectCount') != GUEST_OBJECT_COUNT_OFFSET) ERROR('Guest.objectCount moved');
if (offsetof<Guest>('nodesUsed') != GUEST_NODES_USED_OFFSET) ERROR('Guest.nodesUsed moved');
if (offsetof<Guest>('nodesHigh') != GUEST_NODES_HIGH_OFFSET) ERROR('Guest.nodesHigh moved');
if (offsetof<Guest>('backingShift') != GUEST_BACKING_SHIFT_OFFSET)
  ERROR('Guest.backingShift moved');
if (offsetof<Guest>('backedCount') != GUEST_BACKED_COUNT_OFFSET) ERROR('Guest.backedCount moved');
if (offsetof<Guest>('sharedCount') != GUEST_SHARED_COUNT_OFFSET) ERROR('Guest.sharedCount moved');
if (offsetof<Guest>('kswapdWake') != GUEST_KSWAPD_WAKE_OFFSET) ERROR('Guest.kswapdWake moved');
if (offsetof<Guest>('nodesMax') != GUEST_NODES_MAX_OFFSET) ERROR('Guest.nodesMax moved');
if (offsetof<Guest>('czoneStart') != GUEST_CZONE_START_OFFSET) ERROR('Guest.czoneStart moved');
if (offsetof<Guest>('czoneFrames') != GUEST_CZONE_FRAMES_OFFSET) ERROR('Guest.czoneFrames moved');
if (offsetof<Guest>('czonePreferBacked') != GUEST_PREFER_BACKED_OFFSET)
  ERROR('Guest.czonePreferBacked moved');
if (offsetof<Guest>('faultRule') != GUEST_FAULT_RULE_OFFSET) ERROR('Guest.faultRule moved');
if (offsetof<Guest>('faultPfn') != GUEST_FAULT_PFN_OFFSET) ERROR('Guest.faultPfn moved');
if (offsetof<Guest>('faultExpected') != GUEST_FAULT_EXPECTED_OFFSET)
  ERROR('Guest.faultExpected moved');
if (offsetof<Guest>('faultFound') != GUEST_FAULT_FOUND_OFFSET) ERROR('Guest.faultFound moved');
if (offsetof<Guest>('busyPfn') != GUEST_BUSY_PFN_OFFSET) ERROR('Guest.busyPfn moved');
if (offsetof<Guest>('reportOrder') != GUEST_REPORT_ORDER_OFFSET) ERROR('Guest.reportOrder moved');
if (offsetof<Guest>('reportWanted') != GUEST_REPORT_WANTED_OFFSET)
  ERROR('Guest.reportWanted moved');
if (offsetof<Guest>('balloonHead') != GUEST_BALLOON_HEAD_OFFSET) ERROR('Guest.balloonHead moved');
if (offsetof<Guest>('balloonCount') != GUEST_BALLOON_COUNT_OFFSET)
  ERROR('Guest.balloonCount moved');
if (offsetof<Guest>('moves') != GUEST_MOVES_OFFSET) ERROR('Guest.moves moved');
if (offsetof<Guest>('links') != GUEST_LINKS_OFFSET) ERROR('Guest.links moved');
if (offsetof<Guest>('balloonLimbo') != GUEST_BALLOON_LIMBO_OFFSET)
  ERROR('Guest.balloonLimbo moved');
if (offsetof<Guest>('zonelist3') - offsetof<Guest>('zonelist0') != 4 * (KERNEL_ZONES - 1)) {
  ERROR('Guest has a place for each kernel zone in its zonelist');
}
if (FRAME_BYTES != 1 << FRAME_SHIFT) ERROR('FRAME_BYTES');
if (ORDERS != ORDER_MAX + 1) ERROR('ORDERS');
if (MEMORY_BLOCK_BYTES != MEMORY_BLOCK_FRAMES * FRAME_BYTES) ERROR('MEMORY_BLOCK_BYTES');
if (MIGRATE_TYPES != MIGRATE_ISOLATE + 1) ERROR('ISOLATE is the last type');
if (GUEST_BASE + GUEST_BYTES != STATS_BASE) ERROR('counters lie behind the header');

/** In place of an order: nobody listens. Above every order. */
export const REPORT_NOBODY: u32 = 255;

export const guest = changetype<Guest>(GUEST_BASE);

// A cache of base addresses of the header; attach() fills them from the header after create and after a restore.
export let zonesBase: usize = 0;
export let pcpsBase: usize = 0;
export let blocksBase: usize = 0;
export let backedBase: usize = 0;
export let templateBase: usize = 0;
export let reportedBase: usize = 0;
export let statesBase: usize = 0;
export let recordsBase: usize = 0;
export let spanFrames: u32 = 0;

/** Re-reads the header; needed after the host has replaced the bytes of the memory. Returns the ABI version found. */
export function attach(): i32 {
  zonesBase = guest.zones;
  pcpsBase = guest.pcps;
  blocksBase = guest.blocks;
  backedBase = guest.backed;
  templateBase = guest.template;
  reportedBase = guest.reported;
  statesBase = guest.states;
  recordsBase = guest.records;
  spanFrames = guest.spanFrames;
  attachMemos(<usize>guest.nodes + <usize>guest.nodesMax * NODE_BYTES);
  attachTouched(memosEnd(guest.objectsMax));
  // whose run had paused is another guest
  memory.fill(WORK_TURN, 0, WORK_BYTES);
  return guest.abiVersion == ABI_VERSION ? ABI_VERSION : -1;
}
