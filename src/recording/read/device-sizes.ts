// How large a virtio-mem device is, by its requests, and what the host was told of that.

import { PAGEBLOCK_BYTES } from '../../core/index.ts';
import { quote, RecordingError } from '../error.ts';
import { type MemLine, memLines, type SizeWish, sizeWishes } from './device-log.ts';
import type { LogText } from './files.ts';

/** The device's block: what was plugged before the first unplug adds up to what was wished. */
export function blockBytes(lines: readonly MemLine[], wishes: readonly SizeWish[]): number {
  const end = lines.findIndex(({ kind }) => kind === 'unplug');
  let blocks = 0;
  for (const line of lines.slice(0, end < 0 ? lines.length : end)) {
    if (line.response === 0) blocks += line.blocks;
  }
  const sizes = wishes.map(({ bytes }) => bytes / blocks);
  return sizes.find((bytes) => Number.isInteger(Math.log2(bytes))) ?? PAGEBLOCK_BYTES;
}

/** The sizes that a device comes to, request by request. */
function sizesOf(lines: readonly MemLine[], bytes: number): number[] {
  let size = 0;
  return lines.map(({ kind, blocks, response }) => {
    if (response !== 0) return size;
    if (kind === 'plug') size += blocks * bytes;
    else size = kind === 'unplug' ? size - blocks * bytes : 0;
    return size;
  });
}

/** What the host was told of the device's size, each after what it was told before, its requests come to. */
export function checkSizes(deviceLog: LogText, hostLog: LogText): void {
  const lines = memLines(deviceLog.lines);
  if (lines.length === 0) return;
  const sizes = [0, ...sizesOf(lines, blockBytes(lines, sizeWishes(hostLog.lines)))];
  let from = 0;
  hostLog.lines.forEach((text, at) => {
    if (!text.includes("'qom-get'") || !text.includes("'property': 'size'")) return;
    const told = /\{'return': (\d+)\}/.exec(text)?.[1];
    const found = sizes.indexOf(Number(told), from);
    if (found < 0) {
      const expected = `a size that the requests in ${deviceLog.file} come to`;
      throw new RecordingError(hostLog.file, at + 1, expected, quote(text));
    }
    from = found;
  });
}
