// Where the machine's files come from: what guestmem play has beside the page, or a disk.

import type { ImageName, Served } from '../../linux/protocol.ts';
import { byId } from '../dom.ts';

const NAMES: readonly ImageName[] = ['kernel', 'initrd', 'bios'];

export interface Ready {
  readonly images: Readonly<Record<ImageName, ArrayBuffer>>;
  readonly script: string;
  readonly wasm: string;
}

function besideThePage(name: string): string {
  return new URL(name, document.baseURI).href;
}

async function fetched(name: string): Promise<Response> {
  const response = await fetch(besideThePage(name));
  if (!response.ok) throw new Error(`${name}: ${response.status} ${response.statusText}`);
  return response;
}

export class Images {
  readonly #served: Promise<Served>;

  constructor() {
    this.#served = fetched('served.json').then((answer) => answer.json() as Promise<Served>);
    void this.#served.then((served) => this.#tell(served));
  }

  #tell(served: Served): void {
    const there = NAMES.flatMap((name) => served[name] ?? []);
    const files = there.length === 0 ? 'no files' : there.join(', ');
    byId('served').textContent =
      served.missing ?? `guestmem play has ${files}; another may be chosen.`;
  }

  /** All that a machine is made of, or what is missing. */
  async ready(): Promise<Ready | string> {
    const served = await this.#served;
    if (served.missing !== undefined) return served.missing;
    const images: Partial<Record<ImageName, ArrayBuffer>> = {};
    for (const name of NAMES) {
      const [chosen] = byId<HTMLInputElement>(name).files ?? [];
      if (chosen === undefined && served[name] === undefined) return `Choose a file: ${name}.`;
      const source = chosen ?? (await fetched(`${name}.bin`));
      images[name] = await source.arrayBuffer();
    }
    return {
      images: images as Record<ImageName, ArrayBuffer>,
      script: besideThePage('v86/libv86.mjs'),
      wasm: besideThePage('v86/v86.wasm'),
    };
  }
}
