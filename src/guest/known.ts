// What of this room may stand in the state of a run (src/graph).

import type { Known } from '../graph/index.ts';
import { CORE_KNOWN } from '../core/index.ts';
import { MAP_KNOWN } from '../map/index.ts';
import { TIME_KNOWN } from '../time/index.ts';
import { Meter } from './counts.ts';
import { GuestKernel, nothing } from './kernel.ts';
import { Kcompactd } from './kcompactd.ts';
import { Kswapd } from './kswapd.ts';
import { GuestMemory } from './memory.ts';
import { PageCache, notNoted } from './page-cache.ts';
import { GrowByDoubling } from './policy/grow-doubling.ts';
import { GrowAsPredicted } from './policy/grow-predicted.ts';
import { GrowByStep } from './policy/grow-step.ts';
import { WHOLE } from './policy/whole.ts';
import { ProcessTree } from './process-tree.ts';
import { Process } from './process.ts';
import { BalloonPages } from './service/balloon.ts';
import { CgroupBlocks } from './service/cgroup-blocks.ts';
import { CZonePages } from './service/czone.ts';
import { LlfreeZones } from './service/llfree.ts';
import { MemoryBlocks } from './service/memory-blocks.ts';
import { ReportWorker } from './service/report.ts';
import { KernelClocks, Workers } from './workers.ts';
import { CZones } from './zones.ts';

export const GUEST_KNOWN: Known = {
  classes: {
    BalloonPages,
    CZonePages,
    CZones,
    CgroupBlocks,
    GrowAsPredicted,
    GrowByDoubling,
    GrowByStep,
    GuestKernel: GuestKernel as never,
    GuestMemory,
    KernelClocks,
    Kcompactd,
    Kswapd,
    LlfreeZones,
    MemoryBlocks,
    Meter,
    PageCache,
    Process,
    ProcessTree,
    ReportWorker,
    Workers,
  },
  values: {
    WHOLE,
    notNoted,
    nothing,
  },
  below: [CORE_KNOWN, MAP_KNOWN, TIME_KNOWN],
};
