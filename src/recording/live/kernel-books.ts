// The real kernel's side: its free memory as its own events leave it (guided, frame by frame), and books of what its requests
// and frees were for.

import { type Core, PAGEBLOCK_FRAMES } from '../../core/index.ts';
import { compileGuided, CorePort, emptyLog } from '../program/index.ts';
import * as P from '../program/index.ts';
import * as T from '../read/index.ts';
import { type Capture, recordedFrames, timeOf } from '../read/index.ts';
import { type Figures, freeFigures, managedFrames } from './figures.ts';

export class KernelBooks {
  /** Pages of files; those that reclaim dropped and nobody has read again; of the latter, those that somebody did. */
  cachePages = 0;
  droppedPages = 0;
  refaults = 0;
  balloonPages = 0;
  readonly #capture: Capture;
  readonly #commands: Uint32Array;
  readonly #port: CorePort;
  readonly #managed: number;
  #done = 0;
  #nextEvent = 0;
  #nextExtra = 0;
  readonly #reporters: Set<number> = new Set<number>();
  #migratedPages = 0;
  #reportedPages = 0;

  constructor(capture: Capture) {
    this.#capture = capture;
    this.#commands = compileGuided(capture).commands;
    this.#port = new CorePort(recordedFrames(capture), capture.kernel.build);
    P.loadStart(this.#port, capture);
    this.#managed = managedFrames(this.core);
  }

  get core(): Core {
    return this.#port.core;
  }

  /** All that happened until a time. */
  runTo(timeUs: number): void {
    const { trace } = this.#capture;
    let event = this.#nextEvent;
    for (; event < trace.count && timeOf(trace, event) <= timeUs; event += 1) {
      if (trace.kind[event] === T.EVENT_MIGRATE) this.#migratedPages += trace.pfn[event] ?? 0;
    }
    this.#nextEvent = event;
    const count = P.commandCount(this.#commands);
    let end = this.#done;
    while (end < count && P.eventOf(this.#commands, end) < event) end += 1;
    this.#port.run(this.#commands, this.#done, end, emptyLog());
    this.#done = end;
    this.#readExtra(timeUs);
  }

  /** Blocks that a worker of page reporting puts back have been reported. */
  #readExtra(timeUs: number): void {
    const { events } = this.#capture.extra;
    for (; this.#nextExtra < events.length; this.#nextExtra += 1) {
      const event = events[this.#nextExtra];
      if (event === undefined || event.timeUs > timeUs) return;
      if (event.kind === 'report') this.#reporters.add(event.pid);
      else if (event.kind === 'iso') this.#reporters.delete(event.pid);
      else if (event.kind === 'putback' && this.#reporters.has(event.pid)) {
        this.#reportedPages += 2 ** event.b;
      }
    }
  }

  figures(): Figures {
    return {
      ...freeFigures(this.core),
      'page cache': this.cachePages,
      balloon: this.balloonPages,
      'plugged 2 MiB blocks': (managedFrames(this.core) - this.#managed) / PAGEBLOCK_FRAMES,
      reported: this.#reportedPages,
      migrated: this.#migratedPages,
      refaults: this.refaults,
    };
  }
}
