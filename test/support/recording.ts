// A made-up recording: one zone, all of it free at the start, and a trace written call by call.

import { CONTEXT_HARDIRQ } from '../../src/recording/read/trace-columns.ts';
import * as T from '../../src/recording/read/trace-columns.ts';
import { kernelOf } from '../../src/core/index.ts';
import type { Capture } from '../../src/recording/read/capture.ts';
import { parsePageState, type AllocatorState } from '../../src/recording/read/pagestate.ts';

export const ZONE_START = 4096;
export const ZONE_FRAMES = 32768;
export const ANON: number = 0x100cca | 0x40000 | 0x100; // GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO
export const COPY: number = 0x100cca | 0x40000; // the bare mask: copy-on-write or tmpfs
export const READAHEAD: number = 0x100c4a | 0x40000 | 0x12000; // GFP_NOFS and movable, |__GFP_NOWARN|__GFP_NORETRY
export const KERNEL = 0xcc0; // GFP_KERNEL
export const HUGE = 0x1c24ca; // GFP_TRANSHUGE
const MOVABLE = 0x8;

/** The state of a zone without a page in use. */
export function emptyState(): AllocatorState {
  const blocks = Array.from({ length: ZONE_FRAMES / 512 }, () => 1).join(' ');
  const free = Array.from({ length: ZONE_FRAMES / 1024 }, (_, i) => ZONE_START + 1024 * i).join(
    ' ',
  );
  return parsePageState(
    `pagestate start pageblock_order 9 pcp_lists 14
zone DMA32 start ${ZONE_START} spanned ${ZONE_FRAMES} present ${ZONE_FRAMES} managed ${ZONE_FRAMES} min 32 low 40 high 48 boost 0 reserve 0 0 0 0 0 highatomic 0 flags 0
blocks ${blocks}
free 10 1 ${free}
pcp count 0 high 63 high_min 63 high_max 500 batch 7 flags 0 alloc_factor 0 free_count 0
end
`,
  );
}

/** Writes events one after the other, a microsecond apart unless told otherwise. */
export class TraceScript {
  readonly #out = new T.TraceBuilder();
  readonly #tasks = new Map<number, number>();
  #timeUs = 1000;

  wait(us: number): this {
    this.#timeUs += us;
    return this;
  }

  fork(parent: number, child: number): this {
    const at = this.#event(T.EVENT_FORK, parent);
    this.#out.pfn[at] = parent;
    this.#out.extra[at] = child;
    return this;
  }

  exit(pid: number): this {
    this.#out.pfn[this.#event(T.EVENT_EXIT, pid)] = pid;
    return this;
  }

  alloc(pid: number, pfn: number, gfp: number, order = 0, context = 0): this {
    const at = this.#event(T.EVENT_ALLOC, pid);
    this.#out.pfn[at] = pfn;
    this.#out.gfp[at] = gfp;
    this.#out.order[at] = order;
    this.#out.type[at] = (gfp & MOVABLE) === 0 ? 0 : 1;
    this.#out.context[at] = context;
    return this;
  }

  interruptAlloc(pid: number, pfn: number, gfp: number): this {
    return this.alloc(pid, pfn, gfp, 0, CONTEXT_HARDIRQ);
  }

  free(pid: number, pfn: number, order = 0): this {
    const at = this.#event(T.EVENT_FREE, pid);
    this.#out.pfn[at] = pfn;
    this.#out.order[at] = order;
    return this;
  }

  /** mm_migrate_pages: the `pages` frees before it were old places. reason: index in MIGRATE_REASONS. */
  migrated(pid: number, pages: number, reason = 0): this {
    const at = this.#event(T.EVENT_MIGRATE, pid);
    this.#out.pfn[at] = pages;
    this.#out.extra[at] = reason;
    return this;
  }

  finish(): Capture {
    const start = emptyState();
    return {
      folder: '/made/up',
      start,
      end: start,
      trace: this.#out.finish('trace.txt'),
      extra: { file: 'extra.txt', events: [], isThere: false },
      cmdline: '',
      kernel: kernelOf(''),
      zoneinfo: { before: '', after: '' },
      deviceLog: [],
      hostLog: [],
    };
  }

  #event(kind: number, pid: number): number {
    const at = this.#out.add();
    let task = this.#tasks.get(pid);
    if (task === undefined) {
      task = this.#out.tasks.length;
      this.#out.tasks.push({ comm: `task${pid}`, pid });
      this.#tasks.set(pid, task);
    }
    this.#timeUs += 1;
    this.#out.kind[at] = kind;
    this.#out.timeUs[at] = this.#timeUs;
    this.#out.task[at] = task;
    this.#out.line[at] = at + 1;
    return at;
  }
}
