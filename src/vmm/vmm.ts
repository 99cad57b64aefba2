// A host with VMs: what a library user starts with. Holds the clock, the images, the account of
// host memory, and the rule for when that runs out.

import { bound, partial } from '../graph/index.ts';
import {
  CorePool,
  type Counts,
  type GuestConfig,
  type GuestImage,
  KernelClocks,
  expectImage,
  newCounts,
} from '../guest/index.ts';
import {
  FLAG,
  FUNCTION,
  NUMBER,
  OBJECT,
  RefusedArgument,
  TEXT,
  expectFunction,
  expectMade,
  expectName,
  expectNumber,
  expectObject,
  expectShape,
} from '../check/index.ts';
import { Clock, expectDelay } from '../time/index.ts';
import { type HostCache, HOST_CACHES, HostFiles } from './host-files.ts';
import { HostMemory, HostOutOfMemory } from './host.ts';
import type { VmmFootprint } from './account.ts';
import { expectRunningVm } from './attach.ts';
import { MicroVm, type VmContext } from './microvm.ts';
import { FunctionImage, IMAGE_KEEPERS, type ImageOptions } from './function-image.ts';
import { type Contents, type ImageStore, Template, TemplateStore } from './template.ts';

/**
 * What happens when host memory runs out. refuse: what needs more fails, a start gives no VM.
 * reclaim: balloons take memory from the guests first. kill: the VM with the most memory of its own
 * ends, as the host's OOM killer does.
 */
export type HostPolicy = 'refuse' | 'reclaim' | 'kill';

const POLICIES: readonly HostPolicy[] = ['refuse', 'reclaim', 'kill'];
/** A page table's page for each frame would be absurd enough. */
const TABLE_SHARE_MAX = 1;
const FRAMES_MAX = 2 ** 32 - 1;

export interface VmmConfig {
  readonly hostFrames: number;
  readonly footprint: VmmFootprint;
  readonly policy?: HostPolicy;
  /** How guests come to their files; absent: shared. */
  readonly hostCache?: HostCache | undefined;
  /** Whoever moves time shares it with the VMs; without one the host has a clock of its own, which `advance` moves. */
  readonly clock?: Clock;
  /** Where cores come from: hosts of one run may share them, as making one is dearer than overwriting it. */
  readonly pool?: CorePool;
  /** Booted machines, which hosts may share in the same way. */
  readonly images?: ImageStore;
  /** Sees each VM before it is stopped, when its processes are gone. For checks. */
  readonly inspect?: ((vm: MicroVm) => void) | undefined;
}

export function nowNsOf({ nowNs }: Pick<Clock, 'nowNs'>): number {
  return nowNs;
}

function idleOf(vm: MicroVm): number {
  return vm.guest.memory.idleFrames;
}

/** A host and the VMs on it, with the clock that they live by. */
export class Vmm {
  /** Its memory, and what that is held for. */
  readonly host: HostMemory;
  /** Virtual time of the host, its VMs and their devices. */
  readonly clock: Clock;
  /** What happens when its memory runs out. */
  readonly policy: HostPolicy;
  private readonly _context: VmContext;
  private readonly _templates: TemplateStore;
  private readonly _vms: Set<MicroVm> = new Set<MicroVm>();
  private _started = 0;

  constructor(config: VmmConfig) {
    const { hostFrames, footprint, policy, clock, pool, images, inspect, hostCache } = expectObject(
      'host',
      config,
    );
    expectObject('footprint', footprint);
    expectNumber('footprint.processFrames', footprint.processFrames, 0, FRAMES_MAX);
    const { tableFramesPerFrame } = footprint;
    expectNumber('footprint.tableFramesPerFrame', tableFramesPerFrame, 0, TABLE_SHARE_MAX);
    const time = clock === undefined ? new Clock() : expectMade('clock', clock, Clock, 'a Clock');
    this.host = new HostMemory(hostFrames, partial(nowNsOf, time));
    this.clock = time;
    this.policy = expectName('policy', policy ?? 'refuse', POLICIES);
    this._context = {
      host: this.host,
      files: new HostFiles(this.host, expectName('hostCache', hostCache ?? 'shared', HOST_CACHES)),
      pool: pool === undefined ? new CorePool() : expectMade('pool', pool, CorePool, 'a CorePool'),
      vmm: footprint,
      clocks: new KernelClocks(this.clock),
      inspect: inspect && expectFunction('inspect', inspect),
    };
    this._templates = new TemplateStore(this.host, images, this._context.pool);
    if (this.policy === 'reclaim') this.host.relieve = bound(this, this._reclaim);
    if (this.policy === 'kill') this.host.relieve = bound(this, this._killLargest);
  }

  /** VMs that run, in the order of their start. */
  get vms(): readonly MicroVm[] {
    return [...this._vms].filter((vm) => vm.stopReason === undefined);
  }

  /** Boots a machine; undefined when the host has no memory for it. */
  boot(config: GuestConfig): MicroVm | undefined {
    return this._mayStart(config, false);
  }

  /** Clones the template of a machine, which is booted and frozen at the first call. */
  clone(config: GuestConfig): MicroVm | undefined {
    return this._mayStart(config, true);
  }

  /** Boots a machine, or clones it (`shared`). Throws HostOutOfMemory. */
  start(config: GuestConfig, shared: boolean = false): MicroVm {
    return this._startFrom(this._templates.get(expectObject('machine', config), shared));
  }

  /** Starts a VM from an image of a function. Throws HostOutOfMemory. */
  restore(image: FunctionImage): MicroVm {
    return this._startFrom(expectMade('image', image, FunctionImage, 'a FunctionImage'));
  }

  /** Starts a VM from a guest's image that somebody else has made. Throws HostOutOfMemory. */
  startImage(image: GuestImage): MicroVm {
    return this._startFrom(new Template(expectImage(image), this.host, {}));
  }

  /** The image of a function on this host; what is emulated of it is made once a run. */
  imageOf(config: GuestConfig, contents: Contents, options: ImageOptions): FunctionImage {
    expectShape('contents', contents, { key: TEXT, order: NUMBER, fill: FUNCTION });
    expectShape('options', options, { isCopied: FLAG, startOperations: { '*': OBJECT } });
    expectName('keeper', options.keeper, IMAGE_KEEPERS);
    const image = this._templates.frozen(config, contents);
    return new FunctionImage(image, this.host, this._context.vmm, options);
  }

  private _startFrom(template: Template): MicroVm {
    const vm = new MicroVm(this._started, template, this._context);
    this._started += 1;
    this._vms.add(vm);
    return vm;
  }

  /** Ends a VM; adds what it did since it was last settled. */
  stop(vm: MicroVm, counts: Counts = newCounts()): Counts {
    const { stopReason } = expectMade('vm', vm, MicroVm, 'a MicroVm');
    if (!this._vms.delete(vm) && stopReason === undefined) {
      throw new RefusedArgument('vm', 'a VM of this host', `VM ${vm.id} of another`);
    }
    vm.stop(counts);
    return counts;
  }

  /** `using vmm = …`: stops its VMs at the block's end. */
  [Symbol.dispose](): void {
    for (const vm of this.vms) this.stop(vm);
  }

  /** Moves time on for every driver and device, and brings the account up to date. */
  advance(delayNs: number): void {
    expectDelay('clock', delayNs);
    for (const vm of this.vms) vm.guest.runBackground();
    this.clock.advance(delayNs);
    for (const vm of this.vms) if (vm.stopReason === undefined) this.settle(vm);
  }

  /**
   * Lets a VM's kernel do its background work and the host count its memory. What happened since
   * the last time. Throws HandleEnded when the VM has ended.
   */
  settle(vm: MicroVm): Counts {
    expectRunningVm(vm);
    const counts = newCounts();
    if (vm.checkDevices()) vm.settle(counts);
    return counts;
  }

  private _mayStart(config: GuestConfig, shared: boolean): MicroVm | undefined {
    try {
      return this.start(config, shared);
    } catch (error) {
      if (error instanceof HostOutOfMemory) return undefined;
      throw error;
    }
  }

  /** Takes from each VM in turn, the one with the most idle memory first. */
  private _reclaim(frames: number): boolean {
    let got = 0;
    for (const vm of this.vms.toSorted((a, b) => idleOf(b) - idleOf(a))) {
      if (got >= frames) break;
      got += vm.reclaim(frames - got);
    }
    return got > 0;
  }

  private _killLargest(): boolean {
    let largest: MicroVm | undefined;
    for (const vm of this.vms) {
      const frames = vm.guest.core.privateFrames;
      if (largest === undefined || frames > largest.guest.core.privateFrames) largest = vm;
    }
    largest?.kill('killed by the host: out of memory');
    return largest !== undefined;
  }
}
