/**
 * A chain as two streams of bytes: what the driver wrote, and room for the answer. How a driver cuts a
 * message into descriptors means nothing (virtio specification 2.7.4).
 */

import type { GuestBytes } from '../memory.ts';
import type { DescriptorChain } from '../queue/chain.ts';

/** The readable part, at most `limitBytes` of it. */
export function readChain(
  memory: GuestBytes,
  chain: DescriptorChain,
  limitBytes: number,
): Uint8Array {
  let length = 0;
  for (let i = 0; i < chain.readableCount; i++) length += chain.lengthBytes(i);
  const bytes = new Uint8Array(Math.min(length, limitBytes));
  let at = 0;
  for (let i = 0; i < chain.readableCount && at < bytes.length; i++) {
    const part = Math.min(chain.lengthBytes(i), bytes.length - at);
    if (part === 0) continue;
    const read = memory.read(chain.addr(i), part);
    if (read !== undefined) bytes.set(read, at);
    at += part;
  }
  return bytes;
}

/** Writes an answer from the start of the writable part; false when there is no room for all of it. */
export function writeChain(memory: GuestBytes, chain: DescriptorChain, bytes: Uint8Array): boolean {
  if (chain.writableBytes() < bytes.length) return false;
  let at = 0;
  for (let i = chain.readableCount; i < chain.count && at < bytes.length; i++) {
    const part = Math.min(chain.lengthBytes(i), bytes.length - at);
    // A view of a short array costs more than what it holds: as a rule the answer goes as a whole.
    memory.write(chain.addr(i), part === bytes.length ? bytes : bytes.subarray(at, at + part));
    at += part;
  }
  return true;
}
