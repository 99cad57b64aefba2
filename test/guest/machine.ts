/** A v86 machine with a stock kernel, a shell on its serial line, and our balloon on its bus. */

import { createRequire } from 'node:module';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { V86 } from 'v86';
import {
  V86Balloon,
  type V86BalloonOptions,
  type V86BalloonState,
  type V86Cpu,
} from '../../src/v86/index.ts';
import { BALLOON_MODULE, PROMPT, TRANSPORT_MODULES, initrd } from './initrd.ts';
import type { Packages } from './packages.ts';

export interface MachineOptions {
  readonly packages: Packages;
  readonly memoryMib: number;
  readonly cmdline: string;
  readonly balloon: V86BalloonOptions;
}

/** A machine and its device, standing still. */
export interface Standing {
  readonly machine: ArrayBuffer;
  readonly balloon: V86BalloonState;
}

/** Longest that anything may take: the machine may share its processors. */
const PATIENCE_MS = 120_000;
const LOOK_MS = 20;
const SERIAL = 'serial0-output-byte';

const buffer = (bytes: Uint8Array): { buffer: ArrayBuffer } => ({
  buffer: Uint8Array.from(bytes).buffer,
});

export class Machine {
  readonly balloon: V86Balloon;
  readonly cpu: V86Cpu;
  readonly #v86: V86;
  #printed = '';
  #answer: ((text: string) => void) | undefined;

  private constructor(v86: V86, options: V86BalloonOptions) {
    this.#v86 = v86;
    this.cpu = (v86 as unknown as { v86: { cpu: V86Cpu } }).v86.cpu;
    this.balloon = new V86Balloon(this.cpu, options);
    v86.add_listener(SERIAL, (byte: number) => this.#hear(String.fromCharCode(byte)));
  }

  /** A machine that has not started yet. */
  static async create({ packages, memoryMib, cmdline, balloon }: MachineOptions): Promise<Machine> {
    const folder = path.dirname(createRequire(import.meta.url).resolve('v86'));
    const v86 = new V86({
      wasm_path: path.join(folder, 'v86.wasm'),
      memory_size: memoryMib << 20,
      bios: buffer(packages.bios),
      vga_bios: buffer(packages.vgaBios),
      bzimage: buffer(packages.kernel),
      initrd: buffer(initrd(packages)),
      cmdline: `console=ttyS0 nokaslr quiet edd=off panic=-1 ${cmdline}`,
      autostart: false,
      disable_speaker: true,
    });
    await new Promise<void>((resolve) => {
      v86.add_listener('emulator-ready', () => resolve());
    });
    return new Machine(v86, balloon);
  }

  /** Starts it and waits for the guest's shell. */
  async boot(): Promise<void> {
    const isUp = this.#nextAnswer();
    await this.#v86.run();
    await isUp;
    for (const name of TRANSPORT_MODULES) await this.run(`insmod /lib/${name}.ko`);
  }

  /** Carries out a line of shell in the guest; what it printed. */
  async run(line: string): Promise<string> {
    const answer = this.#nextAnswer();
    this.#v86.serial0_send(`${line}\n`);
    const text = await answer;
    const end = text.lastIndexOf(PROMPT);
    const code = text.slice(end + PROMPT.length);
    if (code !== '0') throw new Error(`in the guest, ${line}: code ${code}\n${text.slice(0, end)}`);
    return text.slice(0, end);
  }

  /** A file of the guest that may be large, or not be text. */
  async readFile(name: string): Promise<Buffer> {
    return gunzipSync(Buffer.from(await this.run(`gzip -1 <${name} | base64 -w 0`), 'base64'));
  }

  /** The guest's memory. Good until it runs on. */
  get memory(): Uint8Array {
    return this.cpu.mem8.subarray(0);
  }

  /** Called when the guest reads the port, before it goes on. */
  onPort(port: number, act: () => void): void {
    const read = (): number => {
      act();
      return 0;
    };
    this.cpu.io.register_read(port, this, read, read, read);
  }

  loadDriver(parameters = ''): Promise<string> {
    return this.run(`insmod /lib/${BALLOON_MODULE}.ko ${parameters}`);
  }

  unloadDriver(): Promise<string> {
    return this.run(`rmmod ${BALLOON_MODULE}`);
  }

  /** Waits until something holds; throws with `what` when it never does. */
  async until(what: string, holds: () => boolean, patienceMs: number = PATIENCE_MS): Promise<void> {
    for (let waited = 0; !holds(); waited += LOOK_MS) {
      if (waited > patienceMs) throw new Error(`waited in vain until ${what}`);
      await pause(LOOK_MS);
    }
  }

  /** Stops machine and device together. */
  async stand(): Promise<Standing> {
    await this.#v86.stop();
    return { machine: await this.#v86.save_state(), balloon: this.balloon.save() };
  }

  /** Goes on from where a machine of the same options stood. */
  async goOn({ machine, balloon }: Standing): Promise<void> {
    await this.#v86.restore_state(machine);
    this.balloon.load(balloon);
    await this.#v86.run();
  }

  destroy(): Promise<void> {
    return this.#v86.destroy();
  }

  #nextAnswer(): Promise<string> {
    this.#printed = '';
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`no answer from the guest; so far:\n${this.#printed.slice(-2000)}`));
      }, PATIENCE_MS);
      this.#answer = (text): void => {
        clearTimeout(timer);
        resolve(text);
      };
    });
  }

  #hear(character: string): void {
    this.#printed += character;
    if (character !== '\n' || !/@@\d+\r?\n$/.test(this.#printed.slice(-10))) return;
    this.#answer?.(this.#printed.trimEnd());
    this.#answer = undefined;
    this.#printed = '';
  }
}
