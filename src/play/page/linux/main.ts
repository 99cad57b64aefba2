// A real Linux in the page: its terminal, the host's wishes, and the memory of both guests.

import type { Terminal } from '@xterm/xterm';
import { FRAMES_PER_MIB, NS_PER_S, PAGEBLOCK_FRAMES } from '../../../abi/unit.ts';
import { MAP_CSS, type MapView, type Theme, mountMapView } from '../../../map/index.ts';
import { WallClock } from '../../../v86/index.ts';
import type { FromMachine, FromTwin, ToMachine, ToTwin } from '../../linux/protocol.ts';
import type { Sight } from '../../linux/sight.ts';
import { Soon } from '../../linux/soon.ts';
import type { Wish } from '../../linux/wish.ts';
import { byId } from '../dom.ts';
import { Images, type Ready } from './images.ts';
import { showFigures, showStatistics } from './tables.ts';
import { openTerminal } from './terminal.ts';

/** No more of the kernel's words than errors; panic ends the machine; edd would ask a BIOS that has none. */
const CMDLINE = 'console=ttyS0 nokaslr quiet edd=off panic=-1';

/** Pages that hold something, in a file that is gone when it is removed. */
const USED_MIB = 96;
const USE_LINE = `tr '\\0' x </dev/zero | head -c 1048576 >/tmp/one; for i in $(seq ${USED_MIB}); do cat /tmp/one; done >/tmp/used\n`;
const FREE_LINE = 'rm /tmp/used\n';

/** Enough for two points a page of 256 MiB. */
const HEIGHT_MOST = 800;
/** What is known of Linux's pages, by name. */
const NAMED_MOST = 3;

const dark = matchMedia('(prefers-color-scheme: dark)');
const theme = (): Theme => (dark.matches ? 'dark' : 'light');

class Page {
  readonly #images = new Images();
  /** From the first boot on. */
  #terminal: Terminal | undefined;
  readonly #target = byId<HTMLInputElement>('target');
  readonly #cmdline = byId<HTMLInputElement>('cmdline');
  readonly #view: MapView;
  #machine: Worker | undefined;
  #twin: Worker | undefined;
  /** Of Linux and of the emulator's guest. */
  readonly #sights: (Sight | undefined)[] = [];
  readonly #drawing = new Soon(
    (run) => void requestAnimationFrame(run),
    () => this.#draw(),
  );
  /** Since the boot. */
  #clock = new WallClock();

  constructor() {
    this.#cmdline.value = CMDLINE;
    this.#view = mountMapView(byId('map'), [], {
      theme: theme(),
      heightMost: HEIGHT_MOST,
      namedMost: NAMED_MOST,
    });
    dark.addEventListener('change', () => this.#view.setTheme(theme()));
  }

  begin(): void {
    byId('setup').addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#boot().catch((error: unknown) => this.#fail(String(error)));
    });
    this.#target.addEventListener('input', () => {
      const mib = Number(this.#target.value);
      byId('target-said').textContent = `${mib} MiB`;
      this.#askBoth({ kind: 'target', pages: mib * FRAMES_PER_MIB });
    });
    for (const kind of ['statistics', 'hint', 'unhint'] as const) {
      byId(kind).addEventListener('click', () => this.#askBoth({ kind }));
    }
    byId('use').addEventListener('click', () => {
      this.#toMachine({ kind: 'type', text: USE_LINE });
      this.#toTwin({ kind: 'use', mib: USED_MIB });
    });
    byId('free').addEventListener('click', () => {
      this.#toMachine({ kind: 'type', text: FREE_LINE });
      this.#toTwin({ kind: 'free' });
    });
    byId('pages').addEventListener('change', () => this.#tellCells());
  }

  #toMachine(message: ToMachine, transfer: Transferable[] = []): void {
    this.#machine?.postMessage(message, transfer);
  }

  #toTwin(message: ToTwin): void {
    this.#twin?.postMessage(message);
  }

  #askBoth(wish: Wish): void {
    this.#toMachine(wish);
    this.#toTwin(wish);
  }

  #tellCells(): void {
    const cellFrames = byId<HTMLInputElement>('pages').checked ? 1 : PAGEBLOCK_FRAMES;
    this.#toMachine({ kind: 'look', cellFrames });
    this.#toTwin({ kind: 'look', cellFrames });
  }

  #fail(text: string): void {
    byId('fault').textContent = text;
  }

  /** Both guests anew. */
  async #boot(): Promise<void> {
    this.#fail('');
    const ready = await this.#images.ready();
    if (typeof ready === 'string') return this.#fail(ready);
    this.#terminal ??= await openTerminal(byId('terminal'), (text) =>
      this.#toMachine({ kind: 'type', text }),
    );
    this.#machine?.terminate();
    this.#twin?.terminate();
    this.#machine = new Worker(new URL('./machine.ts', import.meta.url), { type: 'module' });
    this.#twin = new Worker(new URL('../worker.ts', import.meta.url), {
      type: 'module',
      name: 'twin',
    });
    this.#hearFrom(this.#machine, 0);
    this.#hearFrom(this.#twin, 1);
    this.#start(ready);
    this.#tellCells();
  }

  #start({ images, script, wasm }: Ready): void {
    const memoryMib = Number(byId<HTMLSelectElement>('memory').value);
    const isReporting = byId<HTMLInputElement>('reporting').checked;
    const core = new URL('../core.wasm', document.baseURI).href;
    this.#sights.length = 0;
    this.#terminal?.reset();
    this.#terminal?.focus();
    this.#target.max = String(memoryMib);
    this.#target.value = '0';
    byId('target-said').textContent = '0 MiB';
    byId<HTMLFieldSetElement>('host').disabled = true;
    byId('state').textContent = 'Linux boots …';
    this.#clock = new WallClock();
    const options = { memoryMib, cmdline: this.#cmdline.value, isReporting };
    this.#toMachine({ kind: 'boot', options, images, script, wasm }, Object.values(images));
    this.#toTwin({ kind: 'boot', core, memoryMib, isReporting });
  }

  #hearFrom(worker: Worker, side: number): void {
    worker.addEventListener('message', ({ data }: MessageEvent<FromMachine | FromTwin>) => {
      if (data.kind === 'printed') this.#terminal?.write(data.bytes);
      else if (data.kind === 'driver') this.#tellDriver(data.features);
      else if (data.kind === 'fault') this.#fail(data.text);
      else this.#see(side, data.sight);
    });
    worker.addEventListener('error', ({ message }) => this.#fail(message));
  }

  #tellDriver(features: string | undefined): void {
    const seconds = (this.#clock.nowNs / NS_PER_S).toFixed(1);
    byId<HTMLFieldSetElement>('host').disabled = features === undefined;
    byId('state').textContent =
      features === undefined
        ? 'The driver has let the balloon go.'
        : `Linux’s driver has had the balloon since ${seconds} s after the start; features ${features}.`;
  }

  #see(side: number, sight: Sight): void {
    this.#sights[side] = sight;
    this.#drawing.ask();
  }

  #draw(): void {
    const [linux, twin] = this.#sights;
    if (linux === undefined || twin === undefined) return;
    this.#view.setReels([linux.reel, twin.reel]);
    showFigures(linux, twin);
    showStatistics(linux, twin);
  }
}

// a sheet made by hand: the page's policy lets no style stand in the document
const sheet = new CSSStyleSheet();
sheet.replaceSync(MAP_CSS);
document.adoptedStyleSheets.push(sheet);
const page = new Page();
page.begin();
