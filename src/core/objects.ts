// Memory objects: anonymous memory, files and kernel memory as tables of pages.

import { NONE } from '../abi/unit.ts';
import { expectWords } from '../check/index.ts';
import type { Instance } from './instance.ts';
import type { Scratch } from './scratch.ts';

const CREATE = ['objects.create', 'kind', 'zone', 'gfp', 'tag'] as const;
const DESTROY = ['objects.destroy', 'id', 'cpu'] as const;
const DISCARD = ['objects.discard', 'id'] as const;
const FORK = ['objects.fork', 'id', 'zone', 'cpu', 'tag'] as const;
const TOUCH = ['objects.touch', 'id', 'start', 'pages', 'cpu'] as const;
const TRUNCATE = ['objects.truncate', 'id', 'start', 'pages', 'cpu'] as const;
const PAGES = ['objects.pages', 'id'] as const;
const FRAME = ['objects.frame', 'id', 'page'] as const;

export class Objects {
  readonly #instance: Instance;
  readonly #scratch: Scratch;

  constructor(instance: Instance, scratch: Scratch) {
    this.#instance = instance;
    this.#scratch = scratch;
  }

  /**
   * An empty object; its pages come from `zone`, or from the kernel's zones with NONE. Its number.
   */
  create(kind: number, zone: number, gfp: number, tag = 0): number {
    expectWords(CREATE, kind, zone === NONE ? 0 : zone, gfp, tag);
    return this.#instance.raw.objectCreate(kind, zone, gfp, tag);
  }

  /** Frees every page that nobody else maps. Frames freed. */
  destroy(id: number, cpu: number): number {
    expectWords(DESTROY, id, cpu);
    return this.#instance.raw.objectDestroy(id, cpu);
  }

  /**
   * Leaves the pages to the end of their zone. STATUS_BAD_STATE where some must be seen one by one.
   */
  discard(id: number): number {
    expectWords(DISCARD, id);
    return this.#instance.raw.objectDiscard(id);
  }

  /** A copy-on-write copy whose new pages come from `zone`. Its number. */
  fork(id: number, zone: number, cpu: number, tag = 0): number {
    expectWords(FORK, id, zone === NONE ? 0 : zone, cpu, tag);
    return this.#instance.raw.objectFork(id, zone, tag, cpu);
  }

  /** Reads or writes pages; those not there are faulted in. Pages that came in. */
  touch(id: number, start: number, pages: number, write: boolean, cpu: number): number {
    expectWords(TOUCH, id, start, pages, cpu);
    return this.#instance.raw.objectTouch(id, start, pages, write ? 1 : 0, cpu);
  }

  /** After a touch that ended at a status: the first page that it did not touch. */
  get stoppedAt(): number {
    return this.#scratch.words(1)[0] as number;
  }

  /** Takes pages out. Frames freed. */
  truncate(id: number, start: number, pages: number, cpu: number): number {
    expectWords(TRUNCATE, id, start, pages, cpu);
    return this.#instance.raw.objectTruncate(id, start, pages, cpu);
  }

  /** Pages that the object holds. */
  pages(id: number): number {
    expectWords(PAGES, id);
    return this.#instance.raw.objectPages(id);
  }

  /** The frame behind a page of an object; below zero when there is none. */
  frame(id: number, page: number): number {
    expectWords(FRAME, id, page);
    return this.#instance.raw.objectFrame(id, page);
  }
}
