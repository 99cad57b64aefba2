// What of this room may stand in the state of a run (src/graph).

import type { Known } from '../graph/index.ts';
import { SERVERLESS_KNOWN } from '../serverless/index.ts';
import { DeviceBooks } from './device-books.ts';
import { DisturbanceMeter } from './disturbance-meter.ts';
import { Fleet, Host } from './fleet.ts';
import { FootprintMeter } from './footprint-meter.ts';
import { FunctionMeter } from './function-meter.ts';
import { Interference } from './interference.ts';
import { Ledger } from './ledger.ts';
import { Listener } from './listener.ts';
import { MapMeter } from './map-meter.ts';
import { Meters } from './meters.ts';
import { Headcount, Population } from './population.ts';
import { Prewarmer } from './prewarmer.ts';
import { Pricing } from './pricing.ts';
import { ReclaimMeter } from './reclaim-meter.ts';
import { Recorder } from './recorder.ts';
import { Rests } from './rests.ts';
import { Samples } from './samples.ts';
import { SessionPlayer } from './session-player.ts';
import { Shortage } from './shortage.ts';
import { StartMeter } from './start-meter.ts';
import { StartQueue, StartQueues } from './start-queue.ts';
import { SystemReplay } from './system-replay.ts';
import { Waiting } from './waiting.ts';
import { WarmPool } from './warm-pool.ts';

export const REPLAY_KNOWN: Known = {
  classes: {
    DeviceBooks,
    DisturbanceMeter,
    Fleet,
    FootprintMeter,
    FunctionMeter,
    Headcount,
    Host,
    Interference,
    Ledger,
    Listener,
    MapMeter,
    Meters,
    Population,
    Prewarmer,
    Pricing,
    ReclaimMeter,
    Recorder,
    Rests,
    Samples,
    SessionPlayer,
    Shortage,
    StartMeter,
    StartQueue,
    StartQueues,
    SystemReplay,
    Waiting,
    WarmPool,
  },
  below: [SERVERLESS_KNOWN],
};
