// The emulator's own guest of the same size, with the same device, which is asked for the same.

import { FRAMES_PER_MIB } from '../../abi/unit.ts';
import { mapOf } from '../../map/index.ts';
import { type LoneHost, loneHost } from '../../scenario/index.ts';
import { Balloon, GuestMapper, Process } from '../../vmm/index.ts';
import { type Sight, sightOf } from './sight.ts';
import { DEVICE, type Wish, Wishes } from './wish.ts';

/** Kernel memory of a process besides page tables. */
const KERNEL_MIB = 2;

export class Twin {
  readonly #host: LoneHost;
  readonly #balloon: Balloon;
  readonly #wishes: Wishes;
  readonly #mapper: GuestMapper;
  readonly #names = new Map<number, string>();
  #process: Process | undefined;

  constructor(memoryMib: number, isReporting: boolean) {
    this.#host = loneHost({ memoryFrames: memoryMib * FRAMES_PER_MIB });
    const { vm, clock } = this.#host;
    this.#balloon = new Balloon(vm, clock, { ...DEVICE, freePageReporting: isReporting });
    this.#wishes = new Wishes(this.#balloon.model);
    this.#mapper = new GuestMapper(vm.guest);
  }

  ask(wish: Wish): void {
    this.#wishes.grant(wish);
    this.#host.vmm.settle(this.#host.vm);
  }

  advance(ns: number): void {
    this.#host.vmm.advance(ns);
  }

  /** A process writes so much memory, and keeps it until `free`. Throws GuestOutOfMemory. */
  use(mib: number): void {
    this.free();
    const config = {
      cpu: 0,
      kernelFrames: KERNEL_MIB * FRAMES_PER_MIB,
      mappedPages: mib * FRAMES_PER_MIB,
    };
    const process = new Process(this.#host.vm.guest, config);
    this.#names.set(process.number, 'a process');
    this.#process = process;
    process.touch(0, config.mappedPages, true);
  }

  free(): void {
    this.#process?.exit();
    this.#process = undefined;
  }

  sight(cellFrames: number): Sight {
    const { vm, vmm } = this.#host;
    vmm.settle(vm);
    const map = mapOf(this.#mapper.source(vm.guest.core, this.#names), cellFrames);
    const { about } = this.#mapper;
    const reel = { name: 'the emulator’s guest', ...about, instants: [{ atMs: 0, map }] };
    return sightOf(this.#balloon.model, reel, this.#wishes.hintedBefore);
  }
}
