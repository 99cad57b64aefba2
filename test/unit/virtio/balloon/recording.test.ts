/**
 * The balloon driver against a recording of Linux's: given the pages in the order in which the kernel
 * allocated them, every array must come out as QEMU's device saw it.
 */

import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

import { expect, it } from 'vitest';

import { Clock } from '../../../../src/time/index.ts';
import {
  BALLOON_PROFILES,
  BalloonDevice,
  BalloonDriver,
  connect,
  VirtioDevice,
} from '../../../../src/virtio/index.ts';
import {
  BumpMemory,
  FlatGuestMemory,
  TestBalloonGuest,
  TestHost,
} from '../../../support/virtio.ts';

const LOG = new URL(
  '../../../../../shared/captures/linux-6.12-inflate-512/device.log.gz',
  import.meta.url,
);

/** Lines as we write them: target N, page N, actual NEW OLD. */
function readLog(): string[] {
  const text = gunzipSync(readFileSync(LOG)).toString();
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const target = /num_pages: (\d+)/.exec(line)?.[1];
      if (target !== undefined) return `target ${target}`;
      const gpa = /gpa: 0x([0-9a-f]+)/.exec(line)?.[1];
      if (gpa !== undefined) return `page ${parseInt(gpa, 16) / 4096}`;
      const actual = /actual: (\d+) oldactual: (\d+)/.exec(line);
      return `actual ${actual?.[1]} ${actual?.[2]}`;
    });
}

/** The order of allocation: each array of the inflation, back to front. */
function allocationOrder(log: readonly string[]): number[] {
  const order: number[] = [];
  let array: number[] = [];
  for (const line of log) {
    const [kind, value] = line.split(' ');
    if (kind === 'page') array.push(Number(value));
    if (kind !== 'actual') continue;
    if (order.length >= 28672) break;
    order.push(...array.toReversed());
    array = [];
  }
  return order;
}

it.skipIf(!existsSync(LOG))(
  'reproduces every page of every array that Linux wrote (skipped without ../shared)',
  () => {
    const log = readLog();
    const memory = new FlatGuestMemory(1 << 20);
    const ours: string[] = [];
    const host = new TestHost(1 << 17);
    host.discard = (pfn): number => ours.push(`page ${pfn}`);
    host.willNeed = (pfn): number => ours.push(`page ${pfn}`);
    host.actualChanged = (pages, old): number => ours.push(`actual ${pages} ${old}`);
    const guest = new TestBalloonGuest(allocationOrder(log));
    const balloon = new BalloonDevice(BALLOON_PROFILES.qemu, host, { memoryPages: 1 << 17 });
    const { transport } = connect(new VirtioDevice(balloon, memory), new BumpMemory(memory, 4096));
    const driver = new BalloonDriver(transport, guest, new Clock());
    expect(driver.probe()).toBeUndefined();
    for (const line of log.filter((entry) => entry.startsWith('target'))) {
      ours.push(line);
      balloon.setTarget(Number(line.split(' ')[1]));
    }
    expect(ours).toHaveLength(57_570);
    expect(ours.findIndex((line, i) => line !== log[i])).toBe(-1);
  },
);
