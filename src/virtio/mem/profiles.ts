/** How the virtio-mem devices of three VMMs differ, as data (docs/linux-memory.md D.2, F.2, F.3). */

import { MIB } from '../../abi/unit.ts';
import { F_EVENT_IDX, F_INDIRECT_DESC, F_VERSION_1 } from '../constants.ts';
import { POLICY_EXACT, POLICY_SPEC, type DevicePolicy } from '../device.ts';
import { F_ACPI_PXM, F_UNPLUGGED_INACCESSIBLE } from './config.ts';
import { RESPONSE_ERROR, RESPONSE_NACK } from './request.ts';

export type MemProfileName = 'firecracker' | 'cloud-hypervisor' | 'qemu';

export interface MemProfile {
  readonly name: MemProfileName;
  readonly policy: DevicePolicy;
  /** Offered always; the rest are options. */
  readonly features: bigint;
  readonly optional: bigint;
  /** The driver must accept these or the device does not start. */
  readonly required: bigint;
  readonly queueSize: number;
  readonly defaultBlockBytes: number;
  readonly minBlockBytes: number;
  /** Region address and size are multiples of this, or of the block when 0. */
  readonly regionAlignBytes: number;
  /**
   * The usable part of the region: 'margin' is requested plus `marginBytes`, 'slots' is requested rounded
   * up to `marginBytes`, 'region' is everything. It only grows, until UNPLUG_ALL.
   */
  readonly usable: {
    readonly rule: 'margin' | 'slots' | 'region';
    readonly marginBytes: number;
    readonly afterUnplugAll: 'recompute' | 'zero' | 'keep';
  };
  readonly tooMuch: typeof RESPONSE_NACK | typeof RESPONSE_ERROR;
  /** Which is looked at first when a PLUG is both out of range and too much. */
  readonly checksFirst: 'range' | 'size';
  /** A request of unknown type, or one that is no request at all: the device's work stops. */
  readonly malformed: 'needs-reset' | 'drop';
  /** The host is asked for a new size only while the device is active. */
  readonly resizeNeedsActive: boolean;
}

export const MEM_PROFILES: Readonly<Record<MemProfileName, MemProfile>> = {
  firecracker: {
    name: 'firecracker',
    policy: POLICY_EXACT,
    features: F_VERSION_1 | F_UNPLUGGED_INACCESSIBLE,
    optional: 0n,
    required: F_UNPLUGGED_INACCESSIBLE,
    queueSize: 256,
    defaultBlockBytes: 2 * MIB,
    minBlockBytes: 2 * MIB,
    regionAlignBytes: 128 * MIB,
    usable: { rule: 'slots', marginBytes: 128 * MIB, afterUnplugAll: 'zero' },
    tooMuch: RESPONSE_ERROR,
    checksFirst: 'range',
    malformed: 'drop',
    resizeNeedsActive: true,
  },
  'cloud-hypervisor': {
    name: 'cloud-hypervisor',
    policy: POLICY_SPEC,
    features: F_VERSION_1,
    optional: F_ACPI_PXM,
    required: 0n,
    queueSize: 128,
    defaultBlockBytes: 2 * MIB,
    minBlockBytes: 2 * MIB,
    regionAlignBytes: 128 * MIB,
    usable: { rule: 'region', marginBytes: 0, afterUnplugAll: 'keep' },
    tooMuch: RESPONSE_NACK,
    checksFirst: 'size',
    malformed: 'needs-reset',
    resizeNeedsActive: false,
  },
  qemu: {
    name: 'qemu',
    policy: POLICY_SPEC,
    features: F_VERSION_1 | F_INDIRECT_DESC | F_EVENT_IDX | F_UNPLUGGED_INACCESSIBLE,
    optional: F_ACPI_PXM,
    required: 0n,
    queueSize: 128,
    defaultBlockBytes: 2 * MIB,
    minBlockBytes: MIB,
    regionAlignBytes: 0,
    usable: { rule: 'margin', marginBytes: 256 * MIB, afterUnplugAll: 'recompute' },
    tooMuch: RESPONSE_NACK,
    checksFirst: 'range',
    malformed: 'needs-reset',
    resizeNeedsActive: false,
  },
};
