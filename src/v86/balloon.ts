/** Our balloon in a v86 machine, for a driver that somebody else wrote. */

import {
  ARRAY,
  FUNCTION,
  LIST,
  type Shape,
  expectInteger,
  expectName,
  expectObject,
  expectShape,
} from '../check/index.ts';
import { FRAME_BYTES } from '../abi/unit.ts';
import {
  BALLOON_PROFILES,
  BalloonDevice,
  type BalloonDeviceOptions,
  type BalloonDeviceState,
  type BalloonProfileName,
  type DeviceState,
  FlatMemory,
  PciTransport,
  type PciState,
  VirtioDevice,
} from '../virtio/index.ts';
import { FrameAccount } from './frames.ts';
import type { V86Cpu } from './machine.ts';
import { plugIn } from './slot.ts';
import { WallClock } from './wall.ts';

/** How the balloon behaves, and where it is on the bus. */
export interface V86BalloonOptions extends Omit<
  BalloonDeviceOptions,
  'memoryPages' | 'hostPageBytes' | 'blockPages' | 'timers'
> {
  /** Whose balloon it is: features and statistics of that VMM; `qemu` if not said. */
  readonly profile?: BalloonProfileName;
  /** Device number on the machine's bus; 13 is free. */
  readonly slot?: number;
}

/** The balloon beside a state of v86's, so that a machine goes on with both. */
export interface V86BalloonState {
  /** Virtqueues and registers. */
  readonly device: DeviceState;
  /** Target, size, statistics. */
  readonly model: BalloonDeviceState;
  /** Configuration space. */
  readonly pci: PciState;
  /** Which frames have memory, a bit each. */
  readonly backed: Uint8Array;
}

const FREE_SLOT = 13;
/** Devices of a PCI bus. */
const SLOTS = 32;

const CPU: Shape = {
  mem8: { subarray: FUNCTION },
  jit_dirty_cache: FUNCTION,
  io: { ports: LIST, register_read: FUNCTION, register_write: FUNCTION },
  devices: {
    pci: { pci_addr: ARRAY, register_device: FUNCTION, raise_irq: FUNCTION, lower_irq: FUNCTION },
  },
};

/** Our balloon in a machine of v86, where a stock Linux drives it (docs/real-linux.md). */
export class V86Balloon {
  /** The device's own state: target, size, statistics. */
  readonly model: BalloonDevice;
  /** Its virtqueues and registers. */
  readonly device: VirtioDevice;
  /** How the machine finds it. */
  readonly pci: PciTransport;
  /** Which frames of the machine have memory behind them. */
  readonly frames: FrameAccount;

  /** `cpu`: `emulator.v86.cpu` once the emulator is ready and before it runs. */
  constructor(cpu: V86Cpu, options: V86BalloonOptions = {}) {
    const { profile = 'qemu', slot = FREE_SLOT, ...rest } = expectObject('options', options);
    expectName('profile', profile, Object.keys(BALLOON_PROFILES) as BalloonProfileName[]);
    expectInteger('slot', slot, 0, SLOTS - 1);
    expectShape('cpu', cpu, CPU);
    const memory = new FlatMemory(() => cpu.mem8.subarray(0));
    this.frames = new FrameAccount(cpu, memory);
    this.model = new BalloonDevice(BALLOON_PROFILES[profile], this.frames, {
      ...rest,
      memoryPages: memory.sizeBytes / FRAME_BYTES,
      timers: new WallClock(),
    });
    this.device = new VirtioDevice(this.model, memory, BALLOON_PROFILES[profile].policy);
    this.pci = new PciTransport(this.device, 'io');
    plugIn(cpu, this.pci, slot);
  }

  /** What v86's own `save_state` does not hold. Take both while the machine stands still. */
  save(): V86BalloonState {
    return {
      device: this.device.save(),
      model: this.model.save(),
      pci: this.pci.save(),
      backed: this.frames.save(),
    };
  }

  /** After the machine's own `restore_state`. */
  load(state: V86BalloonState): void {
    this.frames.load(expectObject('state', state).backed);
    this.device.load(state.device);
    this.model.load(state.model);
    this.pci.load(state.pci);
  }
}
