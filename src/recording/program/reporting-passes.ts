// Free page reporting: its worker takes free blocks off their lists, tells the host, and puts them back at the tails. Only the
// second trace shows it.

import type { ExtraEvent } from '../read/index.ts';
import * as P from './program.ts';
import type { ProgramBuilder } from './program.ts';
import type { ZoneMap } from './zone-map.ts';

export class ReportingPasses {
  /** Workers that are in a pass. */
  readonly #reporters = new Set<number>();

  /** Before an event of the first trace. A worker may turn to other work, which isolates ranges. */
  probe(
    out: ProgramBuilder,
    zones: ZoneMap,
    event: number,
    { kind, pid, cpu, a, b }: ExtraEvent,
  ): void {
    if (kind === 'report') this.#reporters.add(pid);
    else if (kind === 'iso' || kind === 'undo') this.#reporters.delete(pid);
    else if (kind === 'isofree' || kind === 'putback') {
      if (!this.#reporters.has(pid)) return;
      const shape = { zone: Math.max(0, zones.zoneOf(a)), order: b, cpu };
      out.add(kind === 'isofree' ? P.OP_TAKE_FREE : P.OP_PUT_BACK, shape, a, 0, event);
    }
  }
}
