// What jobs can go on from, on the server: a state a job, the last one, until the job has ended.

import type { Redis } from 'ioredis';
import { GIB } from '../../abi/unit.ts';
import { ownConnection, queueName } from './connection.ts';

/** What nobody has asked for by then is forgotten. */
const LIFE_S = 604_800;
/** Redis takes no value that is larger. */
const BYTES_MAX: number = GIB / 2;

export interface States {
  of(name: string): Promise<Uint8Array | undefined>;
  /** The last one counts; those that come while another is on its way wait, and only the newest of them. */
  keep(name: string, state: Uint8Array): void;
  forget(name: string): void;
  /** When what was on its way has come. */
  close(): Promise<void>;
}

class ServerStates implements States {
  readonly #redis: Redis;
  readonly #tell: (line: string) => void;
  /** By job: what is on its way, or waits for that. */
  readonly #under = new Map<string, Promise<void>>();
  readonly #next = new Map<string, Uint8Array>();

  constructor(redis: Redis, tell: (line: string) => void) {
    this.#redis = redis;
    this.#tell = tell;
  }

  async of(name: string): Promise<Uint8Array | undefined> {
    return (await this.#redis.getBuffer(this.#key(name))) ?? undefined;
  }

  keep(name: string, state: Uint8Array): void {
    this.#next.set(name, state);
    if (!this.#under.has(name)) this.#under.set(name, this.#send(name));
  }

  forget(name: string): void {
    this.#next.delete(name);
    const before = this.#under.get(name) ?? Promise.resolve();
    void before.then(() => this.#redis.del(this.#key(name))).catch(() => {}); // it has its end
  }

  async close(): Promise<void> {
    await Promise.all(this.#under.values());
    this.#redis.disconnect();
  }

  async #send(name: string): Promise<void> {
    for (let state = this.#taken(name); state !== undefined; state = this.#taken(name)) {
      try {
        if (state.length > BYTES_MAX)
          throw new Error(`${state.length} bytes are too many for Redis`);
        const { buffer, byteOffset, byteLength } = state;
        const bytes = Buffer.from(buffer, byteOffset, byteLength);
        await this.#redis.set(this.#key(name), bytes, 'EX', LIFE_S);
      } catch (error) {
        this.#tell(`${name}: its state is not kept this time: ${(error as Error).message}`);
      }
    }
    this.#under.delete(name);
  }

  #taken(name: string): Uint8Array | undefined {
    const state = this.#next.get(name);
    this.#next.delete(name);
    return state;
  }

  #key(name: string): string {
    return `${queueName()}:state:${name}`;
  }
}

export async function openStates(url: string, tell: (line: string) => void): Promise<States> {
  return new ServerStates(await ownConnection(url), tell);
}
