// BullMQ and its connection, loaded when they are asked for: both are optional peers.

import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { type Results, parseResults } from '../../report/index.ts';
import { programOf } from '../program.ts';

/** An engine that cannot be had: nothing was played. */
export class EngineError extends Error {
  override readonly name: string = 'EngineError';
}

/** The address without what must not be shown. Throws EngineError for what is none. */
export function shownUrl(url: string): string {
  if (!URL.canParse(url)) {
    throw new EngineError(`${url.replace(/\/\/.*@/, '//')}: expected redis://HOST:PORT`);
  }
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

/** Whether a word names a server of jobs. */
export function isRedis(word: string): boolean {
  return /^(?:rediss?|valkeys?):\/\//.test(word);
}

/** What ioredis knows: Valkey speaks the same. */
function plain(url: string): string {
  return url.replace(/^valkey/, 'redis');
}

async function peers(): Promise<{
  readonly bullmq: typeof import('bullmq');
  readonly Redis: typeof import('ioredis').Redis;
}> {
  try {
    return { bullmq: await import('bullmq'), Redis: (await import('ioredis')).Redis };
  } catch (error) {
    const why = 'jobs over Redis need two packages more: npm install bullmq ioredis';
    throw new EngineError(why, { cause: error });
  }
}

/** A connection of one's own. What it lacks for a while is waited for. */
export async function ownConnection(url: string): Promise<import('ioredis').Redis> {
  const { Redis } = await peers();
  const redis = new Redis(plain(url), { maxRetriesPerRequest: null });
  redis.on('error', () => {}); // it tries again
  return redis;
}

/** BullMQ, and where its server is, which answers. Throws EngineError. */
export async function connect(url: string): Promise<{
  readonly bullmq: typeof import('bullmq');
  readonly connection: { readonly url: string; readonly maxRetriesPerRequest: null };
}> {
  const shown = shownUrl(url);
  const { bullmq, Redis } = await peers();
  const probe = new Redis(plain(url), { lazyConnect: true, retryStrategy: () => null });
  let why = 'no answer';
  probe.on('error', (error: Error) => (why = error.message));
  try {
    await probe.connect();
    await probe.ping();
  } catch (error) {
    throw new EngineError(`${shown}: cannot be reached: ${why}`, { cause: error });
  } finally {
    probe.disconnect();
  }
  return { bullmq, connection: { url: plain(url), maxRetriesPerRequest: null } };
}

/** Workers of another program see other jobs. */
export function queueName(): string {
  const program = createHash('sha256').update(JSON.stringify(programOf()));
  return `guestmem-${program.digest('hex').slice(0, 8)}`;
}

/** Results as they lie on the server. */
export function packed(results: Results): string {
  return gzipSync(JSON.stringify(results)).toString('base64');
}

/** Throws ResultsError for what is none. */
export function unpacked(text: string): Results {
  return parseResults(JSON.parse(gunzipSync(Buffer.from(text, 'base64')).toString()));
}
