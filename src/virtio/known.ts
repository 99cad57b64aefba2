// What of this room may stand in the state of a run (src/graph).

import type { Known } from '../graph/index.ts';
import { GUEST_KNOWN } from '../guest/index.ts';
import { CoreBalloonGuest } from './balloon/core-guest.ts';
import { HintWork, ReportWork } from './balloon/device-free.ts';
import { InflateWork } from './balloon/device-inflate.ts';
import { StatsWork } from './balloon/device-stats.ts';
import { BalloonDevice } from './balloon/device.ts';
import { HintDriver, ReportDriver } from './balloon/driver-free.ts';
import { BalloonQueues } from './balloon/driver-queues.ts';
import { BalloonDriver } from './balloon/driver.ts';
import { PageList } from './balloon/page-list.ts';
import { CoreCZoneGuest } from './czone/core-guest.ts';
import { DeviceContext } from './czone/device-context.ts';
import { GuestRequests } from './czone/device-guest.ts';
import { HeldReport } from './czone/device-held.ts';
import { ReclaimWork } from './czone/device-reclaim.ts';
import { CZoneDevice } from './czone/device.ts';
import { DriverBlocks } from './czone/driver-blocks.ts';
import { DriverEvents, DriverStats } from './czone/driver-events.ts';
import { DriverPlug } from './czone/driver-plug.ts';
import { DriverReports } from './czone/driver-reports.ts';
import { DriverRequests } from './czone/driver-requests.ts';
import { CZoneDriver, usedUnheard } from './czone/driver.ts';
import { IdleTimers } from './czone/idle.ts';
import { ZoneTable } from './czone/zones.ts';
import { VirtioDevice } from './device.ts';
import { FaascaleDevice } from './faascale/device.ts';
import { FaascaleDriver, acknowledged } from './faascale/driver.ts';
import { CoreLlfreeGuest } from './llfree/core-guest.ts';
import { LlfreeDevice, tookUnheard } from './llfree/device.ts';
import { LlfreeDriver, unheard } from './llfree/driver.ts';
import { BlockMap } from './mem/blocks.ts';
import { CoreMemGuest } from './mem/core-guest.ts';
import { MemDevice } from './mem/device.ts';
import { SubBlockMode } from './mem/driver-sbm.ts';
import { MemDriver } from './mem/driver.ts';
import { MmioTransport } from './mmio.ts';
import { DescriptorChain } from './queue/chain.ts';
import { DeviceQueue } from './queue/device-queue.ts';
import { DriverQueue } from './queue/driver-queue.ts';
import { SelectedRegisters } from './registers.ts';
import { DriverTransport } from './transport.ts';

export const VIRTIO_KNOWN: Known = {
  classes: {
    BalloonDevice,
    BalloonDriver,
    BalloonQueues,
    BlockMap,
    CZoneDevice,
    CZoneDriver,
    CoreBalloonGuest,
    CoreCZoneGuest,
    CoreLlfreeGuest,
    CoreMemGuest,
    DescriptorChain,
    DeviceContext,
    DeviceQueue,
    DriverBlocks,
    DriverEvents,
    DriverPlug,
    DriverQueue,
    DriverReports,
    DriverRequests,
    DriverStats,
    DriverTransport,
    FaascaleDevice,
    FaascaleDriver,
    GuestRequests,
    HeldReport,
    HintDriver,
    HintWork,
    IdleTimers,
    InflateWork,
    LlfreeDevice,
    LlfreeDriver,
    MemDevice,
    MemDriver,
    MmioTransport,
    PageList,
    ReclaimWork,
    ReportDriver,
    ReportWork,
    SelectedRegisters,
    StatsWork,
    SubBlockMode,
    VirtioDevice,
    ZoneTable,
  },
  values: {
    acknowledged,
    tookUnheard,
    unheard,
    usedUnheard,
  },
  below: [GUEST_KNOWN],
};
