// What every device of a microVM needs from its VM: rings in the guest's memory, timers that end
// with the VM, the host's side of a discard. No device in particular.

import { bound } from '../graph/index.ts';
import { FRAME_BYTES } from '../abi/unit.ts';
import { RefusedArgument, expectFunction, expectObject } from '../check/index.ts';
import type { CZones } from '../guest/index.ts';
import type { TimerHandle, Timers } from '../time/index.ts';
import {
  type Connection,
  type DeviceModel,
  type DevicePolicy,
  VirtioDevice,
  connect,
} from '../virtio/index.ts';
import { GUEST_BACKING_ORDER_4K, type MicroVm } from './microvm.ts';

/** One of them. */
export class VmTimer implements TimerHandle {
  private readonly _vm: MicroVm;
  private readonly _timers: Timers;
  /** undefined once it is done, or was cancelled. */
  private _fire: (() => void) | undefined;
  private _timer: TimerHandle;
  private readonly _stirs: boolean;

  constructor(vm: MicroVm, timers: Timers, delayNs: number, fire: () => void, stirs = true) {
    this._vm = vm;
    this._timers = timers;
    this._stirs = stirs;
    this._fire = fire;
    this._timer = timers.after(delayNs, bound(this, this._due));
  }

  cancel(): void {
    this._fire = undefined;
    this._timer.cancel();
  }

  private _due(): void {
    const fire = this._fire;
    if (fire === undefined || this._vm.stopReason !== undefined) return;
    if (this._vm.isSuspended) {
      this._vm.whenResumed(bound(this, this._again));
      return;
    }
    this._fire = undefined;
    if (this._stirs) this._vm.stir();
    fire();
  }

  private _again(): void {
    this._timer = this._timers.after(0, bound(this, this._due));
  }
}

/**
 * Timers that never fire once their VM has ended: the guest behind them may be another's by then. What would fire while the VM is
 * suspended does when it goes on.
 */
export class VmTimers implements Timers {
  private readonly _vm: MicroVm;
  private readonly _timers: Timers;
  private readonly _stirs: boolean;

  /** `stirs`: the VM is stirred before each fires. Else who is called does, before it looks at the guest. */
  constructor(vm: MicroVm, timers: Timers, stirs = true) {
    this._vm = vm;
    this._timers = timers;
    this._stirs = stirs;
  }

  get nowNs(): number {
    return this._timers.nowNs;
  }

  after(delayNs: number, fire: () => void): TimerHandle {
    return new VmTimer(this._vm, this._timers, delayNs, fire, this._stirs);
  }
}

export function timersOf(vm: MicroVm, timers: Timers): Timers {
  expectFunction('timers: after', expectObject('timers', timers).after);
  return new VmTimers(vm, timers);
}

/** The same for a device that stirs its VM by itself, when it has something to look at. */
export function quietTimersOf(vm: MicroVm, timers: Timers): Timers {
  expectFunction('timers: after', expectObject('timers', timers).after);
  return new VmTimers(vm, timers, false);
}

/** A VM that runs, of callers without types too. */
export function expectRunningVm(vm: MicroVm): void {
  expectFunction('vm: expectRunning', expectObject('vm', vm).expectRunning);
  vm.expectRunning();
}

/** The guest's zones for a device that is to be their host: one alone can be. Throws RefusedArgument. */
export function expectZones(vm: MicroVm, expected: string): CZones {
  const { czones, config } = vm.guest;
  if (czones === undefined) throw new RefusedArgument('region', expected, config.region);
  if (czones.host === undefined) return czones;
  throw new RefusedArgument('region', 'a region that no device has', 'one that has a device');
}

/** A device's model in the VM behind its transport, and the way its driver reaches it. */
export function plugIn(
  vm: MicroVm,
  model: DeviceModel,
  policy: DevicePolicy,
): Connection & { device: VirtioDevice } {
  vm.expectRunning();
  const device = new VirtioDevice(model, vm.memory, policy);
  vm.devices.push(device);
  return { device, ...connect(device, vm.memory) };
}

/** Times that a driver has left the guest to reach its device. */
export function exitsOf(mmio: Connection['mmio']): number {
  const { reads, writes } = mmio.counters;
  return reads + writes;
}

/** Bytes of a host page behind the guest. */
export function hostPageBytes(vm: MicroVm): number {
  return FRAME_BYTES * 2 ** vm.backingOrder;
}

/**
 * madvise(DONTNEED) on a range of guest frames: only host pages that lie in it as a whole go.
 * Frames that had host memory; -1 when not all of the range is memory.
 */
export function discardFrames(vm: MicroVm, pfn: number, count: number): number {
  if (!vm.memory.contains(pfn * FRAME_BYTES, count * FRAME_BYTES)) return -1;
  if (vm.backingOrder === GUEST_BACKING_ORDER_4K) return vm.memory.discard(pfn, count);
  const page = 2 ** vm.backingOrder;
  const first = Math.ceil(pfn / page) * page;
  const end = Math.floor((pfn + count) / page) * page;
  return end > first ? vm.memory.discard(first, end - first) : 0;
}
