// Guest images: each machine is booted once and copied from then on. A template's frames are on the host once however
// many clones there are; a cold boot's frames belong to its VM, and only the emulator's work is saved by copying.

import type { THP_ORDER } from '../abi/unit.ts';
import type { Operations } from '../cost/index.ts';
import {
  type Core,
  CorePool,
  type GuestConfig,
  type GuestImage,
  GuestKernel,
  KernelClocks,
  type TreeState,
  expectMachine,
  isFixed,
} from '../guest/index.ts';
import { Clock } from '../time/index.ts';
import { bootOperations } from './boot.ts';
import {
  CAUSE_ANONYMOUS,
  CAUSE_FILE_SHARED,
  CAUSE_GUEST_OS,
  CAUSE_IDLE_UNUSED,
  CAUSE_PAGE_TABLES,
  type HostMemory,
  newAccount,
} from './host.ts';
import type { Pager } from './pager.ts';

/** A VM's way to its image. */
export interface Opened {
  /** What its start takes besides memory, by step. */
  readonly operations: Readonly<Record<string, Operations>>;
  /** What brings the image's pages, where that is not the host's page faults alone. */
  readonly pager?: Pager | undefined;
}

/** An image in use: how many VMs need its frames on the host. */
export class Template {
  readonly image: GuestImage;
  /** What a VM's start takes besides memory, by step. */
  readonly startOperations: Opened['operations'];
  /** A VM begins on a copy of the image: what its start takes then, and how pages come. */
  open?(core: Core): Opened;
  private readonly _host: HostMemory;
  private readonly _held: Float64Array = newAccount();
  private _clones = 0;
  private _suspended = 0;

  constructor(
    image: GuestImage,
    host: HostMemory,
    startOperations: Opened['operations'] = image.template
      ? { vmm: { vmmStart: 1 }, clone: { templateClone: 1 } }
      : bootOperations(image.config),
  ) {
    this.image = image;
    this.startOperations = startOperations;
    this._host = host;
  }

  /** VMs that use it. */
  get clones(): number {
    return this._clones;
  }

  /** Those of them that run: a suspended one maps nothing. */
  get runningClones(): number {
    return this._clones - this._suspended;
  }

  /** A clone is suspended from now on, or is not any more. */
  suspend(isSuspended: boolean): void {
    this._suspended += isSuspended ? 1 : -1;
    this.settle();
  }

  /** A VM uses the image from now on. */
  hold(): void {
    this._clones += 1;
    this.settle();
  }

  drop(): void {
    this._clones -= 1;
    this.settle();
  }

  /** Brings the host's account up to date. */
  protected settle(): void {
    this._host.settle(this._held, this.account());
  }

  /** What the image takes of the host's memory. */
  protected account(): Float64Array {
    return this.image.template && this._clones > 0 ? wholeImage(this.image) : newAccount();
  }
}

/** All of an image's frames, by what they are for. */
export function wholeImage({ backedFrames, use }: GuestImage): Float64Array {
  const { guestOs, file, anonymous, pageTables } = use;
  const account = newAccount();
  account[CAUSE_GUEST_OS] = guestOs;
  account[CAUSE_FILE_SHARED] = file;
  account[CAUSE_ANONYMOUS] = anonymous;
  account[CAUSE_PAGE_TABLES] = pageTables;
  account[CAUSE_IDLE_UNUSED] = backedFrames - guestOs - file - anonymous - pageTables;
  return account;
}

/** Images kept: enough for the machines of a run, few enough that a process of many runs stays small. */
const KEEP_IMAGES = 256;

/** Machines booted so far, by what makes them differ. Hosts of one run may share them: an image does not change. */
export class ImageStore {
  private readonly _images: Map<string, GuestImage> = new Map<string, GuestImage>();
  private readonly _keep: number;

  constructor(keep: number = KEEP_IMAGES) {
    this._keep = keep;
  }

  /** The image of a machine, booted when it is asked for first. `key`: what makes it differ. */
  get(key: string, config: GuestConfig, shared: boolean): GuestImage {
    return this.made(key, () => GuestKernel.bootImage(config, shared));
  }

  /** The image that a key stands for, made when it is asked for first. */
  made(key: string, make: () => GuestImage): GuestImage {
    const known = this._images.get(key);
    if (known !== undefined) return known;
    const image = make();
    const [oldest] = this._images.keys();
    if (this._images.size >= this._keep && oldest !== undefined) this._images.delete(oldest);
    this._images.set(key, image);
    return image;
  }
}

/** What a guest is frozen with. */
export interface Contents {
  /** Has all that makes it differ. */
  readonly key: string;
  /** Of the host's pages behind image and clones. */
  readonly order: 0 | typeof THP_ORDER;
  /** Starts the process of a function in a booted guest. */
  fill(guest: GuestKernel): TreeState;
}

/** The templates of one host. */
export class TemplateStore {
  private readonly _host: HostMemory;
  private readonly _images: ImageStore;
  private readonly _pool: CorePool;
  private readonly _templates: Map<string, Template> = new Map<string, Template>();

  constructor(
    host: HostMemory,
    images: ImageStore = new ImageStore(),
    pool: CorePool = new CorePool(),
  ) {
    this._host = host;
    this._pool = pool;
    this._images = images;
  }

  /** The template of a machine. `shared`: clones share its frames. */
  get(config: GuestConfig, shared: boolean): Template {
    const key = keyOf(config, shared);
    const known = this._templates.get(key);
    if (known !== undefined) return known;
    const template = new Template(this._booted(config, shared), this._host);
    this._templates.set(key, template);
    return template;
  }

  private _booted(config: GuestConfig, shared: boolean): GuestImage {
    return this._images.get(keyOf(config, shared), config, shared);
  }

  /** The image of a machine that was booted, and frozen when its function's process was ready for calls. */
  frozen(config: GuestConfig, contents: Contents): GuestImage {
    const { key, order } = contents;
    return this._images.made(JSON.stringify([keyOf(config, true), key, order]), () => {
      const booted = this._booted(config, false);
      const core = this._pool.clone(booted.core);
      const guest = GuestKernel.fromImage(booted, core, new KernelClocks(new Clock()));
      try {
        return guest.freeze(contents.fill(guest), order);
      } finally {
        guest.stopWorkers();
        this._pool.give(core, 'the guest of an image', 'it was frozen');
      }
    });
  }
}

/** Of machines that nobody can alter and that were asked for before: shared, and not. */
const KEYS = new WeakMap<GuestConfig, readonly [string, string]>();

function keyOf(config: GuestConfig, shared: boolean): string {
  expectMachine(config);
  if (!isFixed(config)) return textOf(config, shared);
  let keys = KEYS.get(config);
  if (keys === undefined) {
    keys = [textOf(config, true), textOf(config, false)];
    KEYS.set(config, keys);
  }
  return keys[shared ? 0 : 1];
}

function textOf(config: GuestConfig, shared: boolean): string {
  const { memoryFrames, region, hotplugEndFrame, cpus, processes, files } = config;
  const { kernel, build, thp = true } = config;
  const size = [memoryFrames, region, hotplugEndFrame, cpus, processes, files];
  return JSON.stringify([size, kernel, build, thp, shared]);
}
