// What a recording's device.log and host.log say, as data: QEMU's trace of its balloon or
// virtio-mem device, in order, and the wishes of the host with their times.

import { FRAME_BYTES } from '../../core/index.ts';

/** One line of a balloon's log. */
export type BalloonLine =
  | { readonly kind: 'target'; readonly pages: number }
  /** One frame number of an inflate or deflate array. */
  | { readonly kind: 'page'; readonly pfn: number }
  /** The driver wrote `actual`. */
  | { readonly kind: 'actual'; readonly pages: number };

/** One request of a virtio-mem driver and the answer to it. */
export interface MemLine {
  readonly kind: 'plug' | 'unplug' | 'unplug-all';
  readonly addr: number;
  readonly blocks: number;
  /** Response type: 0 ACK, 1 NACK, 2 BUSY, 3 ERROR; -1: none in the log. */
  readonly response: number;
}

/** The host asks virtio-mem for a size. */
export interface SizeWish {
  readonly atSeconds: number;
  readonly bytes: number;
}

export function balloonLines(log: readonly string[]): BalloonLine[] {
  const lines: BalloonLine[] = [];
  for (const text of log) {
    const page = /^virtio_balloon_handle_output .*gpa: 0x([0-9a-f]+)/.exec(text)?.[1];
    if (page !== undefined) {
      lines.push({ kind: 'page', pfn: Number.parseInt(page, 16) / FRAME_BYTES });
      continue;
    }
    const target = /^virtio_balloon_to_target .*num_pages: (\d+)/.exec(text)?.[1];
    if (target !== undefined) lines.push({ kind: 'target', pages: Number(target) });
    const actual = /^virtio_balloon_set_config actual: (\d+)/.exec(text)?.[1];
    if (actual !== undefined) lines.push({ kind: 'actual', pages: Number(actual) });
  }
  return lines;
}

export function memLines(log: readonly string[]): MemLine[] {
  const lines: MemLine[] = [];
  for (const text of log) {
    const request = /^virtio_mem_(plug|unplug)_request addr=0x([0-9a-f]+) nb_blocks=(\d+)/.exec(
      text,
    );
    if (request !== null) {
      const [, kind, addr, blocks] = request;
      lines.push({
        kind: kind === 'plug' ? 'plug' : 'unplug',
        addr: Number.parseInt(addr ?? '', 16),
        blocks: Number(blocks),
        response: -1,
      });
    } else if (text.startsWith('virtio_mem_unplug_all_request')) {
      lines.push({ kind: 'unplug-all', addr: 0, blocks: 0, response: -1 });
    }
    const response = /^virtio_mem_send_response type=(\d+)/.exec(text)?.[1];
    const last = lines.at(-1);
    if (response !== undefined && last?.response === -1) {
      lines[lines.length - 1] = { ...last, response: Number(response) };
    }
  }
  return lines;
}

/** Largest usable size that the device announced, in bytes. */
export function usableBytes(log: readonly string[]): number {
  let largest = 0;
  for (const text of log) {
    const size = /^virtio_mem_resized_usable_region .*new_size=0x([0-9a-f]+)/.exec(text)?.[1];
    if (size !== undefined) largest = Math.max(largest, Number.parseInt(size, 16));
  }
  return largest;
}

export function sizeWishes(log: readonly string[]): SizeWish[] {
  const wishes: SizeWish[] = [];
  for (const text of log) {
    const wish = /^([\d.]+) .*'property': 'requested-size', 'value': (\d+)/.exec(text);
    if (wish !== null) wishes.push({ atSeconds: Number(wish[1]), bytes: Number(wish[2]) });
  }
  return wishes;
}
