// A machine of v86 with our balloon, in a thread of its own. v86 itself is the user's: it is loaded from where the page was served.

import type { V86 } from 'v86';
import { MIB, NS_PER_MS } from '../../../abi/unit.ts';
import { V86Balloon, type V86Cpu, WallClock } from '../../../v86/index.ts';
import { GivenPages } from '../../linux/given.ts';
import { News } from '../../linux/news.ts';
import type { FromMachine, ToMachine } from '../../linux/protocol.ts';
import { sightOf } from '../../linux/sight.ts';
import { DEVICE, Wishes } from '../../linux/wish.ts';
import { TickWorker } from './ticks.ts';

/** The map is looked at so often where the driver has said something, otherwise less often. */
const LOOK_MS = 250;
const QUIET_NS = 1000 * NS_PER_MS;
/** Looking takes at most one part of so many of the machine's time. */
const SHARE = 10;
const PRINT_MS = 20;

function tell(message: FromMachine): void {
  postMessage(message);
}

function hex(features: bigint): string {
  return `0x${features.toString(16)}`;
}

class Machine {
  readonly #v86: V86;
  readonly #balloon: V86Balloon;
  readonly #given: GivenPages;
  readonly #wishes: Wishes;
  readonly #news = new News();
  cellFrames = 1;
  #printed: number[] = [];
  #features: string | undefined;
  readonly #clock = new WallClock();
  /** When the machine was last looked at, and until when it is not. */
  #lookedNs = 0;
  #restUntilNs = 0;

  constructor(v86: V86, isReporting: boolean) {
    this.#v86 = v86;
    const { cpu } = (v86 as unknown as { v86: { cpu: V86Cpu } }).v86;
    this.#balloon = new V86Balloon(cpu, { ...DEVICE, freePageReporting: isReporting });
    this.#given = new GivenPages(this.#balloon);
    this.#wishes = new Wishes(this.#balloon.model);
    v86.add_listener('serial0-output-byte', (byte: number) => void this.#printed.push(byte));
    setInterval(() => this.#print(), PRINT_MS);
    setInterval(() => {
      this.#tellDriver();
      this.#look();
    }, LOOK_MS);
  }

  ask(message: Exclude<ToMachine, { kind: 'boot' }>): void {
    this.#given.hasNews = true;
    if (message.kind === 'type') this.#v86.serial0_send(message.text);
    else if (message.kind === 'look') this.cellFrames = message.cellFrames;
    else {
      this.#wishes.grant(message);
      if (message.kind === 'unhint') this.#given.endHints();
    }
  }

  #print(): void {
    if (this.#printed.length === 0) return;
    tell({ kind: 'printed', bytes: Uint8Array.from(this.#printed) });
    this.#printed = [];
  }

  #tellDriver(): void {
    const { device } = this.#balloon;
    const features = device.isActive ? hex(device.features) : undefined;
    if (features !== this.#features) tell({ kind: 'driver', features });
    this.#features = features;
  }

  #look(): void {
    const beginNs = this.#clock.nowNs;
    const isDue = this.#given.hasNews || beginNs - this.#lookedNs >= QUIET_NS;
    if (!isDue || beginNs < this.#restUntilNs) return;
    this.#given.hasNews = false;
    const reel = this.#given.reel(this.cellFrames);
    const sight = sightOf(this.#balloon.model, reel, this.#wishes.hintedBefore);
    if (this.#news.isNews(sight)) tell({ kind: 'sight', sight });
    this.#lookedNs = this.#clock.nowNs;
    this.#restUntilNs = this.#lookedNs + SHARE * (this.#lookedNs - beginNs);
  }
}

async function boot(message: Extract<ToMachine, { kind: 'boot' }>): Promise<Machine> {
  const { options, images, script, wasm } = message;
  Object.assign(globalThis, { Worker: TickWorker });
  const { V86: Emulator } = (await import(/* @vite-ignore */ script)) as { V86: typeof V86 };
  const emulator = new Emulator({
    wasm_path: wasm,
    memory_size: options.memoryMib * MIB,
    bios: { buffer: images.bios },
    bzimage: { buffer: images.kernel },
    initrd: { buffer: images.initrd },
    cmdline: options.cmdline,
    autostart: false,
    disable_speaker: true,
  });
  await new Promise<void>((ready) => emulator.add_listener('emulator-ready', () => ready()));
  const machine = new Machine(emulator, options.isReporting);
  await emulator.run();
  return machine;
}

let machine: Promise<Machine> | undefined;

addEventListener('message', ({ data }: MessageEvent<ToMachine>) => {
  if (data.kind === 'boot') {
    machine = boot(data);
    machine.catch((error: unknown) => tell({ kind: 'fault', text: String(error) }));
  } else void machine?.then((booted) => booted.ask(data));
});
