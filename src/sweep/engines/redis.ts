// The engine for many machines: BullMQ keeps the jobs on a server, workers take them (redis-worker.ts). A job has the same id
// whoever offers it, so that it is there once, and what a sweep that was ended has not collected is collected by the next.

import type { Queue } from 'bullmq';
import { setTimeout as pause } from 'node:timers/promises';
import { expectText } from '../../check/index.ts';
import { ReplayInterrupted } from '../../replay/index.ts';
import { type Engine, type Hearing, expectPlayable } from '../engine.ts';
import { type Job, jobJson } from '../job.ts';
import { connect, queueName, shownUrl, unpacked } from './connection.ts';

/** Between two looks at what has ended. */
const LOOK_MS = 500;
/** Looks without news until jobs are offered again: a server may have lost them. */
const PATIENCE = 60;

/** What a worker gets. */
export interface Offer {
  /** The job as a file has it. */
  readonly text: string;
}

class Desk {
  readonly #queue: Queue<Offer, string>;
  readonly #hearing: Hearing;
  /** Jobs that have not ended, by name. */
  readonly #open: Map<string, Job>;

  constructor(queue: Queue<Offer, string>, jobs: readonly Job[], hearing: Hearing) {
    this.#queue = queue;
    this.#hearing = hearing;
    this.#open = new Map(jobs.map((job) => [job.name, job]));
  }

  async serve(): Promise<void> {
    await this.#forgetFailures();
    await this.#offer();
    let quiet = 0;
    while (this.#open.size > 0) {
      if (this.#hearing.signal.aborted) {
        await this.#withdraw();
        throw new ReplayInterrupted('interrupted');
      }
      quiet = (await this.#collect()) > 0 ? 0 : quiet + 1;
      if (quiet > 0) await pause(LOOK_MS);
      if (quiet % PATIENCE === PATIENCE - 1) await this.#offer();
    }
  }

  /** A job that is there is left as it is. */
  async #offer(): Promise<void> {
    const attempts = this.#hearing.retries + 1;
    await this.#queue.addBulk(
      [...this.#open.values()].map((job) => ({
        name: 'job',
        data: { text: jobJson(job) },
        opts: { jobId: job.name, attempts },
      })),
    );
  }

  /** What failed in an earlier sweep is tried anew. */
  async #forgetFailures(): Promise<void> {
    for (const id of await this.#queue.getRanges(['failed'], 0, -1)) {
      if (this.#open.has(id)) await this.#queue.remove(id);
    }
  }

  /** Jobs that nobody has begun are nobody's any more. */
  async #withdraw(): Promise<void> {
    for (const id of await this.#queue.getRanges(['waiting', 'delayed'], 0, -1)) {
      if (this.#open.has(id)) await this.#queue.remove(id);
    }
  }

  async #collect(): Promise<number> {
    const ended = await this.#queue.getRanges(['completed', 'failed'], 0, -1);
    const ours = ended.filter((id) => this.#open.has(id));
    for (const id of ours) await this.#take(id, this.#open.get(id) as Job);
    return ours.length;
  }

  async #take(id: string, job: Job): Promise<void> {
    const found = await this.#queue.getJob(id);
    if (found === undefined) return;
    this.#open.delete(id);
    if (typeof found.returnvalue === 'string') {
      await this.#hearing.ended({ job, results: unpacked(found.returnvalue) });
    } else {
      const failure = { kind: 'Error', reason: found.failedReason ?? 'no reason was said' };
      await this.#hearing.ended({ job, failure, attempts: found.attemptsMade });
    }
    await found.remove();
  }
}

/**
 * Plays jobs over a server of Redis or Valkey (`redis://HOST:PORT`), on the machines where `serveRedis` or `guestmem worker` works.
 * Its `play` throws EngineError when the server, bullmq or ioredis cannot be had.
 */
export function redisEngine(url: string): Engine {
  expectText('url', url);
  return {
    play: async (jobs, hearing) => {
      expectPlayable(jobs, hearing);
      const { bullmq, connection } = await connect(url);
      const queue = new bullmq.Queue<Offer, string>(queueName(), { connection });
      try {
        if ((await queue.getWorkersCount()) === 0) {
          hearing.tell(`no worker is there yet: guestmem worker ${shownUrl(url)}, on each machine`);
        }
        await new Desk(queue, jobs, hearing).serve();
      } finally {
        await queue.close();
      }
    },
  };
}
