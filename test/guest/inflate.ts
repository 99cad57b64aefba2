/** Inflating, deflating, statistics, shortage, migration: each with the kernel's own word beside it. */

import { Disagreement, type Feature, agree, equal } from './bench.ts';
import { counters, traced } from './truth.ts';

/** Around the driver's array of 256, one page, none, and far. */
const TARGETS = [1, 255, 256, 257, 1024, 20_000, 3000, 2999, 0, 4096, 100];
const BATCH = 256;
const KIB = 1024;

export const negotiation: Feature = async ({ machine }) => {
  const { device, model, pci } = machine.balloon;
  const text = await machine.run('cat /sys/bus/virtio/devices/virtio0/features');
  // the file has bit 0 first
  const theirs = BigInt(`0b${[...text.trim()].toReversed().join('')}`);
  if (theirs !== device.features) throw new Disagreement(`features: ${device.features}, ${theirs}`);
  equal(
    'status',
    device.status,
    Number(await machine.run('cat /sys/bus/virtio/devices/virtio0/status')),
  );
  const offered = model.features.toString(16);
  const { reads, writes } = pci.counters;
  return {
    feature: 'features',
    messages: 0,
    pages: 0,
    note: `0x${device.features.toString(16)} of 0x${offered}; ${reads} reads, ${writes} writes of registers`,
  };
};

export const targets: Feature = async (bench) => {
  const { model } = bench.machine.balloon;
  const before = model.counters.inflateRequests + model.counters.deflateRequests;
  let pages = 0;
  for (const target of TARGETS) {
    await bench.inflateTo(target);
    equal('pages', await bench.agreeOnBalloon(), target);
    pages += target;
  }
  await bench.agreeOnCounters();
  return {
    feature: 'inflate, deflate',
    messages: model.counters.inflateRequests + model.counters.deflateRequests - before,
    pages,
    note: `${TARGETS.length} targets; kpageflags, vmstat`,
  };
};

export const tracedPages: Feature = async (bench) => {
  const { machine, ledger } = bench;
  const filter = 'order == 0 && comm ~ "kworker*"';
  await bench.inflateTo(0);
  ledger.clear();
  const given = await traced(machine, 'mm_page_alloc', filter, () => bench.inflateTo(1000));
  // the driver gathers pages on a list whose head it takes first
  const asked = given.flatMap(({ gfp, pfn }) => (gfp.includes('__GFP_NOMEMALLOC') ? [pfn] : []));
  const order: number[] = [];
  for (let at = 0; at < asked.length; at += BATCH)
    order.push(...asked.slice(at, at + BATCH).toReversed());
  const inflated = ledger.inflated.length;
  agree('pages allocated for the balloon', ledger.inflated, asked);
  const isInOrder = ledger.inflated.every((pfn, i) => pfn === order[i]);
  ledger.clear();
  const freed = await traced(machine, 'mm_page_free', filter, () => bench.inflateTo(0));
  const took = freed.map(({ pfn }) => pfn);
  const lost = ledger.deflated.filter((pfn) => !took.includes(pfn));
  if (lost.length > 0)
    throw new Disagreement(`deflated and not freed: ${lost.slice(0, 8).join(' ')}`);
  return {
    feature: 'which pages',
    messages: 2 * Math.ceil(1000 / BATCH),
    pages: inflated + ledger.deflated.length,
    note: `mm_page_alloc, mm_page_free; ${isInOrder ? 'in the same order' : 'in another order'}`,
  };
};

export const statistics: Feature = async (bench) => {
  const { machine } = bench;
  const { model } = machine.balloon;
  await bench.inflateTo(512);
  const first = model.counters.statsRequests;
  const before = await counters(machine, 'vmstat');
  await machine.until(
    'statistics came three times',
    () => model.counters.statsRequests >= first + 3,
  );
  const after = await counters(machine, 'vmstat');
  const meminfo = await counters(machine, 'meminfo');
  const { stats } = model;
  equal('total bytes', stats.totalBytes ?? -1, meminfo('MemTotal') * KIB);
  for (const [ours, theirs] of [
    ['minorFaults', 'pgfault'],
    ['majorFaults', 'pgmajfault'],
    ['swapInBytes', 'pswpin'],
    ['hugetlbAllocs', 'htlb_buddy_alloc_success'],
  ] as const) {
    const value = stats[ours] ?? -1;
    if (value >= before(theirs) && value <= after(theirs)) continue;
    throw new Disagreement(
      `${ours}: ${value}, ${theirs} went from ${before(theirs)} to ${after(theirs)}`,
    );
  }
  return {
    feature: 'statistics',
    messages: model.counters.statsRequests - first,
    pages: 0,
    note: `every second; ${Object.keys(stats).length} tags; meminfo, vmstat`,
  };
};

export const outOfMemory: Feature = async (bench) => {
  const { machine } = bench;
  await bench.inflateTo(0);
  const meminfo = await counters(machine, 'meminfo');
  const freePages = meminfo('MemFree') / 4;
  // 12 MiB stay; 20 MiB are asked for
  await bench.inflateTo(Math.floor(freePages - 3072));
  const { deflateRequests, deflatedPages } = machine.balloon.model.counters;
  await machine.run('dd if=/dev/zero of=/tmp/large bs=64k count=320 2>/dev/null');
  const { counters: now } = machine.balloon.model;
  const pages = now.deflatedPages - deflatedPages;
  const messages = now.deflateRequests - deflateRequests;
  if (pages === 0) throw new Disagreement('the guest was short of memory and took no page back');
  await bench.agreeOnBalloon();
  const vmstat = await counters(machine, 'vmstat');
  equal('processes killed', 0, vmstat('oom_kill'));
  await machine.run('rm /tmp/large');
  await bench.inflateTo(0);
  await bench.agreeOnBalloon();
  return {
    feature: 'deflate on OOM',
    messages,
    pages,
    note: 'kpageflags; no process was killed',
  };
};

export const migration: Feature = async (bench) => {
  const { machine, ledger } = bench;
  await bench.inflateTo(12_000);
  await bench.inflateTo(4000);
  ledger.clear();
  await machine.run('echo 1 > /proc/sys/vm/compact_memory');
  const moved = (await counters(machine, 'vmstat'))('balloon_migrate');
  equal('pages moved', ledger.inflated.length, moved);
  const pages = await bench.agreeOnBalloon();
  await bench.agreeOnCounters();
  return {
    feature: 'compaction',
    messages: 2 * moved,
    pages,
    note: `${moved} pages moved; kpageflags, vmstat`,
  };
};
