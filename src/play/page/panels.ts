// What a step did and how the machine is after it, in tables.

import { FRAME_BYTES, KIB, MIB, US_PER_MS } from '../../abi/unit.ts';
import { FIGURES, figureText } from '../figures.ts';
import { byId, fillTable } from './dom.ts';
import type { ShownStep } from './protocol.ts';

const KIB_PER_FRAME = FRAME_BYTES / KIB;
const KIB_PER_MIB = MIB / KIB;

function duration(us: number): string {
  return us < US_PER_MS ? `${us.toFixed(1)} µs` : `${(us / US_PER_MS).toFixed(1)} ms`;
}

function showFigures({ figures }: ShownStep): void {
  const rows = Object.entries(FIGURES).map(([name, { about }]) => {
    return [about, figureText(name, figures.values[name] ?? 0)];
  });
  fillTable(byId('figures'), ['figure', 'now'], rows);
  const host = figures.host.filter(([, mib]) => mib > 0);
  fillTable(
    byId('host'),
    ['held by the host for', 'MiB'],
    host.map(([cause, mib]) => [cause, mib.toFixed(1)]),
  );
}

/** Sizes of blocks by order. */
function sizeName(order: number): string {
  const kib = 2 ** order * KIB_PER_FRAME;
  return kib < KIB_PER_MIB ? `${kib} K` : `${kib / KIB_PER_MIB} M`;
}

function showZones({ figures: { zones } }: ShownStep): void {
  const orders = zones[0]?.freeByOrder.map((_, order) => sizeName(order)) ?? [];
  fillTable(
    byId('lists'),
    ['free blocks', ...orders],
    zones.map(({ name, freeByOrder }) => [name, ...freeByOrder]),
  );
  fillTable(
    byId('marks'),
    ['pages', 'free', 'min', 'low', 'high', 'per-CPU lists', 'at most'],
    zones.map(({ name, free, min, low, high, pcps }) => {
      const counts = pcps.map(({ count }) => count).join(', ');
      return [name, free, min, low, high, counts, pcps.map((pcp) => pcp.high).join(', ')];
    }),
  );
}

function showMessages({ messages }: ShownStep): void {
  const counts = messages.map(({ device, count, last }) => {
    const shown = last.length < count ? `, the last ${last.length} are shown` : '';
    return `${device}: ${count} ${count === 1 ? 'message' : 'messages'}${shown}`;
  });
  byId('rings-said').textContent = counts.join('; ') || 'None in this step.';
  const rows = messages.flatMap(({ device, last }) => {
    return last.map(({ queue, descriptors, asked, answer }) => {
      return [`${device}, ${queue}`, asked, answer, descriptors];
    });
  });
  byId('rings').hidden = rows.length === 0;
  fillTable(byId('rings'), ['queue', 'message', 'answer', 'descriptors from'], rows);
}

/** Everything about a step. */
export function showStep(step: ShownStep): void {
  byId('done').textContent = `${step.text}: ${duration(step.costUs)} at typical prices`;
  const rows = step.operations.map(([name, times]) => [name, Math.round(times)]);
  const exits = step.exits.map(([name, times]) => [`${name}: register accesses`, times]);
  fillTable(byId('operations'), ['what happened', 'times'], [...rows, ...exits]);
  showMessages(step);
  showFigures(step);
  showZones(step);
}
