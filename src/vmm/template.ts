// Guest images: each machine is booted once and copied from then on. A template's frames are on the host once however
// many clones there are; a cold boot's frames belong to its VM, and only the emulator's work is saved by copying.

import { type GuestConfig, type GuestImage, GuestKernel } from '../guest/index.ts';
import { CAUSE_GUEST_OS, type HostMemory, newAccount } from './host.ts';

/** An image in use: how many VMs need its frames on the host. */
export class Template {
  readonly image: GuestImage;
  readonly #host: HostMemory;
  readonly #held: Float64Array = newAccount();
  #clones = 0;

  constructor(image: GuestImage, host: HostMemory) {
    this.image = image;
    this.#host = host;
  }

  /** A VM uses the image from now on. */
  hold(): void {
    this.#clones += 1;
    this.#settle();
  }

  drop(): void {
    this.#clones -= 1;
    this.#settle();
  }

  #settle(): void {
    const next = newAccount();
    const shared = this.image.template && this.#clones > 0;
    next[CAUSE_GUEST_OS] = shared ? this.image.backedFrames : 0;
    this.#host.settle(this.#held, next);
  }
}

/** Images kept: enough for the machines of a run, few enough that a process of many runs stays small. */
const KEEP_IMAGES = 256;

/** Machines booted so far, by what makes them differ. Hosts of one run may share them: an image does not change. */
export class ImageStore {
  readonly #images: Map<string, GuestImage> = new Map<string, GuestImage>();
  readonly #keep: number;

  constructor(keep: number = KEEP_IMAGES) {
    this.#keep = keep;
  }

  /** The image of a machine, booted when it is asked for first. `key`: what makes it differ. */
  get(key: string, config: GuestConfig, shared: boolean): GuestImage {
    const known = this.#images.get(key);
    if (known !== undefined) return known;
    const image = GuestKernel.bootImage(config, shared);
    const [oldest] = this.#images.keys();
    if (this.#images.size >= this.#keep && oldest !== undefined) this.#images.delete(oldest);
    this.#images.set(key, image);
    return image;
  }
}

/** The templates of one host. */
export class TemplateStore {
  readonly #host: HostMemory;
  readonly #images: ImageStore;
  readonly #templates: Map<string, Template> = new Map<string, Template>();

  constructor(host: HostMemory, images: ImageStore = new ImageStore()) {
    this.#host = host;
    this.#images = images;
  }

  /** The template of a machine. `shared`: clones share its frames. */
  get(config: GuestConfig, shared: boolean): Template {
    const { memoryFrames, region, hotplugEndFrame, cpus, processes, files } = config;
    const { kernel, build, thp = true } = config;
    const size = [memoryFrames, region, hotplugEndFrame, cpus, processes, files];
    const key = JSON.stringify([size, kernel, build, thp, shared]);
    const known = this.#templates.get(key);
    if (known !== undefined) return known;
    const template = new Template(this.#images.get(key, config, shared), this.#host);
    this.#templates.set(key, template);
    return template;
  }
}
