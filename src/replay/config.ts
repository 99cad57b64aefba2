// What the replay of one system is made of.

import type { Prices } from '../cost/index.ts';
import type { RecordRows } from '../report/index.ts';
import type {
  FunctionProfile,
  HostPlacement,
  IdlePolicy,
  KeepAlive,
  MachineConfig,
  WhenFull,
} from '../serverless/index.ts';
import type { Trace } from '../trace/index.ts';
import type { OnEvent } from './listener.ts';
import type { MapsConfig } from './map-meter.ts';

export interface SystemReplayConfig {
  readonly trace: Pick<Trace, 'functions' | 'spanMs' | 'sessions'>;
  /** By function id. */
  readonly profiles: readonly FunctionProfile[];
  readonly machine: MachineConfig;
  readonly keepAlive: KeepAlive;
  readonly idle: IdlePolicy;
  readonly prices: Prices;
  readonly warmupMs: number;
  /** Hosts of the machine's kind. */
  readonly hosts: number;
  readonly hostPlacement: HostPlacement;
  /** What is tried, in order, when they have no memory for a container. */
  readonly whenFull: readonly WhenFull[];
  /** VMs that start on a host wait for each other. */
  readonly contention: boolean;
  /** Work of a VM's devices slows down the calls that run in it. */
  readonly interference: boolean;
  /** What is drawn of it. */
  readonly maps?: MapsConfig | undefined;
  readonly onEvent?: OnEvent | undefined;
  /** Gets a row a call that counts, in batches. */
  readonly onRecords?: ((rows: RecordRows) => void) | undefined;
}
