// v86 lets others run between its slices: it asks a worker, which it makes of a text, to call it back. The page's policy lets no
// such worker in, and needs none: a channel of messages calls back as soon.

type Tick = { readonly data: number };

/** Takes a worker's place in v86: `t`, milliseconds until `tick` comes back. */
export class TickWorker {
  onmessage: ((tick: Tick) => void) | undefined;
  readonly #channel = new MessageChannel();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.#channel.port2.addEventListener('message', ({ data }) => this.onmessage?.({ data }));
    this.#channel.port2.start();
  }

  postMessage({ t, tick }: { readonly t: number; readonly tick: number }): void {
    clearTimeout(this.#timer);
    if (t < 1) this.#channel.port1.postMessage(tick);
    else this.#timer = setTimeout(() => this.onmessage?.({ data: tick }), t);
  }

  terminate(): void {
    clearTimeout(this.#timer);
    this.#channel.port1.close();
  }
}
