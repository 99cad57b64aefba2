// One container of a scenario: a process that reads files shared with the others, grows its heap while it serves calls,
// and maps a buffer for each call. All containers run the same function; their heaps differ.

import { type FrameRange, type MicroVm, Process } from '../vmm/index.ts';

/** Kernel memory of a container besides page tables, as in docs/decisions/0003: 1 MiB. */
export const TENANT_KERNEL_FRAMES = 256;
/** Share of a function's memory that is files, as in docs/decisions/0004. */
export const FILE_SHARE = 0.3;
/** Room in a zone for what a container has besides its heap: the buffer, and the pages that fork copies before exec. */
const ZONE_SLACK_FRAMES = 64;
/** Calls in which the heap grows from half to its full size. */
const GROWING_CALLS = 16;
/** Share of the heap and of the files that a later call reads, as in docs/decisions/0004. */
const CALL_SHARE = 1 / 32;
/** A call's buffer, as in docs/decisions/0004: a share of the container's memory, at least 128 KiB. */
const BUFFER_SHARE = 1 / 256;
const BUFFER_FRAMES_MIN = 32;
const FILES = 'function';

export interface TenantSize {
  /** Heap at its full size. */
  readonly heapFrames: number;
  readonly fileFrames: number;
}

/** Frames that the zone of such a container may grow to. */
export function limitOf({ heapFrames, fileFrames }: TenantSize, blockFrames: number): number {
  const buffer = Math.ceil((heapFrames + fileFrames) * BUFFER_SHARE) + BUFFER_FRAMES_MIN;
  return Math.ceil((heapFrames + buffer + ZONE_SLACK_FRAMES) / blockFrames) * blockFrames;
}

export class Tenant {
  readonly size: TenantSize;
  readonly #vm: MicroVm;
  readonly #cpu: number;
  readonly #process: Process;
  #heapFrames: number;

  /** Starts with half of its heap. */
  constructor(vm: MicroVm, owner: number, size: TenantSize, czone: number | undefined) {
    this.size = size;
    this.#vm = vm;
    this.#cpu = owner % vm.guest.config.cpus;
    this.#process = new Process(vm.guest, {
      cpu: this.#cpu,
      kernelFrames: TENANT_KERNEL_FRAMES,
      mappedPages: size.heapFrames + size.fileFrames,
      czone,
    });
    vm.guest.files.read(FILES, size.fileFrames, this.#cpu);
    this.#heapFrames = Math.ceil(size.heapFrames / 2);
    this.#process.touch(0, this.#heapFrames, true);
  }

  get isGrown(): boolean {
    return this.#heapFrames === this.size.heapFrames;
  }

  /** Frames that it has had to itself, heap and a call's buffer: page tables and kernel memory apart. */
  get heldFrames(): number {
    return this.#process.anonymousPages + this.#bufferFrames;
  }

  get #bufferFrames(): number {
    const { heapFrames, fileFrames } = this.size;
    return Math.max(BUFFER_FRAMES_MIN, Math.round((heapFrames + fileFrames) * BUFFER_SHARE));
  }

  /** A call that leaves the heap larger. */
  growingCall(): void {
    const step = Math.ceil(this.size.heapFrames / 2 / GROWING_CALLS);
    this.writeHeap(Math.min(this.#heapFrames + step, this.size.heapFrames));
    this.call();
  }

  /** A call like any other: some files, some of the heap, a buffer. */
  call(): void {
    const { fileFrames } = this.size;
    this.#vm.guest.files.read(FILES, Math.ceil(fileFrames * CALL_SHARE), this.#cpu);
    this.#process.touch(0, Math.ceil(this.#heapFrames * CALL_SHARE), true);
    this.#process.touchTemporary(this.#bufferFrames);
    this.#process.freeTemporary();
  }

  /** Writes the heap up to so many frames. */
  writeHeap(frames: number): void {
    this.#process.touch(0, frames, true);
    this.#heapFrames = Math.max(frames, this.#heapFrames);
  }

  /** Frees the heap from so many frames on. */
  shrinkHeap(frames: number): void {
    this.#process.free(frames, this.#heapFrames - frames);
    this.#heapFrames = frames;
  }

  exit(): FrameRange[] {
    return this.#process.exit();
  }
}
