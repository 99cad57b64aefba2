// Memory objects: anonymous memory, files and kernel memory as tables of pages.

import type { CoreExports } from './exports.ts';
import type { Scratch } from './scratch.ts';

/** What one call of a container does to memory, in pages. */
export interface CallPages {
  /** Read, of its file, from the first on. */
  readonly filePages: number;
  /** Written, of its heap, from the first on; and only read, behind those. */
  readonly writePages: number;
  readonly readPages: number;
  /** Mapped and written, unmapped at its end. */
  readonly temporaryPages: number;
}

export class Objects {
  readonly #raw: CoreExports;
  readonly #scratch: Scratch;

  constructor(raw: CoreExports, scratch: Scratch) {
    this.#raw = raw;
    this.#scratch = scratch;
  }

  /**
   * An empty object; its pages come from `zone`, or from the kernel's zones with NONE. Its number.
   */
  create(kind: number, zone: number, gfp: number, tag = 0): number {
    return this.#raw.objectCreate(kind, zone, gfp, tag);
  }

  /** Frees every page that nobody else maps. Frames freed. */
  destroy(id: number, cpu: number): number {
    return this.#raw.objectDestroy(id, cpu);
  }

  /**
   * Leaves the pages to the end of their zone. STATUS_BAD_STATE where some must be seen one by one.
   */
  discard(id: number): number {
    return this.#raw.objectDiscard(id);
  }

  /** A copy-on-write copy whose new pages come from `zone`. Its number. */
  fork(id: number, zone: number, cpu: number, tag = 0): number {
    return this.#raw.objectFork(id, zone, tag, cpu);
  }

  /** Reads or writes pages; those not there are faulted in. Pages that came in. */
  touch(id: number, start: number, pages: number, write: boolean, cpu: number): number {
    return this.#raw.objectTouch(id, start, pages, write ? 1 : 0, cpu);
  }

  /**
   * A call's touches in one go, its temporary memory at `temporary` in the heap's object. Pages that
   * came in for that; STATUS_NOT_RESIDENT, and nothing is done, when others may be missing.
   */
  beginCall(file: number, heap: number, temporary: number, call: CallPages, cpu: number): number {
    const { filePages, writePages, readPages, temporaryPages } = call;
    return this.#raw.callBegin(
      file,
      filePages,
      heap,
      writePages,
      readPages,
      temporary,
      temporaryPages,
      cpu,
    );
  }

  /**
   * After a call that met nothing and has ended: whether the same one, begun and ended with nothing
   * in between, would leave everything as it is.
   */
  callRecurs(file: number, heap: number, call: CallPages, cpu: number): boolean {
    const { filePages, writePages, readPages, temporaryPages } = call;
    const raw = this.#raw;
    const answer = raw.callRecurs(
      file,
      filePages,
      heap,
      writePages,
      readPages,
      temporaryPages,
      cpu,
    );
    return answer > 0;
  }

  /** Carries out so many calls of those. Below zero: it was none. */
  repeatCalls(
    times: number,
    file: number,
    heap: number,
    temporary: number,
    call: CallPages,
    cpu: number,
  ): number {
    const { filePages, writePages, readPages, temporaryPages } = call;
    return this.#raw.callRepeat(
      times,
      file,
      filePages,
      heap,
      writePages,
      readPages,
      temporary,
      temporaryPages,
      cpu,
    );
  }

  /** After a touch that ended at a status: the first page that it did not touch. */
  get stoppedAt(): number {
    return this.#scratch.words(1)[0] as number;
  }

  /** Takes pages out. Frames freed. */
  truncate(id: number, start: number, pages: number, cpu: number): number {
    return this.#raw.objectTruncate(id, start, pages, cpu);
  }

  /** Pages that the object holds. */
  pages(id: number): number {
    return this.#raw.objectPages(id);
  }

  /** The frame behind a page of an object; below zero when there is none. */
  frame(id: number, page: number): number {
    return this.#raw.objectFrame(id, page);
  }
}
