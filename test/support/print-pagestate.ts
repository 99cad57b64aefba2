// Prints an allocator state in the recorder's form: what a parser that loses nothing must give back.

import {
  type AllocatorState,
  MIGRATE_TYPES,
  ORDERS,
  PAGEBLOCK_ORDER,
  PCP_LISTS,
  type PcpState,
  type ZoneState,
} from '../../src/core/index.ts';
import { freeListIndex } from '../../src/recording/read/pagestate.ts';

function printPcp(pcp: PcpState, out: string[]): void {
  out.push(
    `pcp count ${pcp.count} high ${pcp.high} high_min ${pcp.highMin} high_max ${pcp.highMax} ` +
      `batch ${pcp.batch} flags ${pcp.flags} alloc_factor ${pcp.allocFactor} ` +
      `free_count ${pcp.freeCount}`,
  );
  pcp.lists.forEach((list, index) => {
    if (list.length > 0) out.push(`pcplist ${index} ${list.join(' ')}`);
  });
}

function printZone(zone: ZoneState, out: string[]): void {
  out.push(
    `zone ${zone.name} start ${zone.startPfn} spanned ${zone.spanned} present ${zone.present} ` +
      `managed ${zone.managed} min ${zone.min} low ${zone.low} high ${zone.high} ` +
      `boost ${zone.boost} reserve ${zone.reserve.join(' ')} ` +
      `highatomic ${zone.highatomic} flags ${zone.flags}`,
  );
  out.push(`blocks ${zone.blocks.join(' ')}`);
  for (let order = 0; order < ORDERS; order += 1) {
    for (let type = 0; type < MIGRATE_TYPES; type += 1) {
      const list = zone.free[freeListIndex(order, type)];
      if (list !== undefined && list.length > 0) {
        out.push(`free ${order} ${type} ${list.join(' ')}`);
      }
    }
  }
  zone.pcps.forEach((pcp, cpu) => {
    if (zone.pcps.length > 1) out.push(`cpu ${cpu}`);
    printPcp(pcp, out);
  });
}

/** Prints a state so that parsePageState gives it back, byte for byte as the recorder writes it. */
export function printPageState(state: AllocatorState): string {
  const out = [
    `pagestate ${state.label} pageblock_order ${PAGEBLOCK_ORDER} pcp_lists ${PCP_LISTS}`,
  ];
  for (const zone of state.zones) printZone(zone, out);
  out.push('end', '');
  return out.join('\n');
}
