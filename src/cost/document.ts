/** The page docs/prices.md, written from the prices themselves so that the two cannot differ. */
import { MIB, NS_PER_MS, NS_PER_US } from '../abi/unit.ts';
import { FOOTPRINT_NAMES, FOOTPRINTS } from './footprint.ts';
import { LOST_SHARES, workKindOf, type WorkKind } from './interference.ts';
import { type Price } from './price.ts';
import { PRICE_NAMES, PRICES } from './prices.ts';

const INTRODUCTION = `# Prices

Written by \`pricesTable()\` of \`src/cost/document.ts\`; a test compares this file with its output:
run it with \`UPDATE_DOCS=1\` to rewrite the file.

guestmem emulates counts (faults, exits, pages moved) and models time: a result's nanoseconds are counts times these prices. Each
price is a range. Tags of sources: [E] read in the named public source, [D] derived from such data by arithmetic, [S] from a third
party's note that cites a paper, [M] measured by \`bench/baseline/linux-costs.c\`, [R] recalled, no source at hand. A price with one figure is spread by a factor of 1.58 each way,
which makes high 2.5 times low: the ratio in which published costs of the same balloon in two VMMs differ. With two figures these are low and
high, and typical is their geometric mean. The figures come from different processors, kernels and VMMs: they are a model's
constants, not one measurement. No price is tuned to make a system's result come out.

What a run says may hang on a price. \`guestmem replay --sensitivity\` puts each price at its ends, one at a time, and tells how far mean start-up,
sandbox, slowdown and CPU time move, and whether the order of two systems turns: an order counts where two figures differ by more than 1 %, before
and after. The figures come from the run's counts, which is exact as long as these stay. A price that starts, calls or devices wait for moves the clock,
and so may change counts, waiting and the footprint: these are marked, and \`--sensitivity replay\` plays the trace again at both ends of each.

"Contains" names operations that the price already covers, so an event counted here is not counted there too.
`;

function ns(value: number): string {
  if (value >= NS_PER_MS) return `${trim(value / NS_PER_MS)} ms`;
  if (value >= NS_PER_US) return `${trim(value / NS_PER_US)} us`;
  return `${trim(value)} ns`;
}

function trim(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function mib(bytes: number): string {
  return `${trim(bytes / MIB)} MiB`;
}

/** A pipe inside a cell would end it. */
function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function remarks(price: Price): string {
  const contains = price.includes?.length ? `Contains ${price.includes.join(', ')}.` : '';
  const note = price.note === undefined ? '' : `${sentence(price.note)}.`;
  return [contains, note].filter((part) => part !== '').join(' ');
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function priceRow(price: Price): string {
  const figures = [price.lowNs, price.typicalNs, price.highNs].map(ns);
  return row([
    `\`${price.name}\``,
    price.unit,
    price.side,
    ...figures,
    price.source,
    remarks(price),
  ]);
}

const KINDS: Readonly<Record<WorkKind, string>> = {
  byPage: `work by page: ${PRICE_NAMES.filter((name) => workKindOf(name) === 'byPage').join(', ')}`,
  byRange: 'all other work of devices',
};

function percent(share: number): string {
  return `${trim(100 * share)} %`;
}

/** Shares of their speed that calls lose. */
function interferenceLines(): string[] {
  return Object.entries(LOST_SHARES).map(([kind, { low, typical, high, source }]) =>
    row([KINDS[kind as WorkKind], ...[low, typical, high].map(percent), source]),
  );
}

/** Markdown of all prices and footprint constants. */
export function pricesTable(): string {
  const lines = [INTRODUCTION, '## Operations', ''];
  lines.push(row(['operation', 'unit', 'CPU of', 'low', 'typical', 'high', 'source', 'remarks']));
  lines.push(row(Array<string>(8).fill('---')));
  for (const name of PRICE_NAMES) lines.push(priceRow(PRICES[name]));
  lines.push(
    '',
    '## Interference',
    '',
    'Share of their speed that calls in a VM lose while its devices work ([decision 61](decisions/0061-interference.md)).',
    '',
  );
  lines.push(row(['beside', 'low', 'typical', 'high', 'source']));
  lines.push(row(Array<string>(5).fill('---')));
  lines.push(...interferenceLines());
  lines.push('', '## Footprint', '');
  lines.push(row(['constant', 'per', 'low', 'typical', 'high', 'source', 'remarks']));
  lines.push(row(Array<string>(7).fill('---')));
  for (const name of FOOTPRINT_NAMES) {
    const { unit, lowBytes, typicalBytes, highBytes, source, note } = FOOTPRINTS[name];
    const figures = [lowBytes, typicalBytes, highBytes].map(mib);
    const remark = note === undefined ? '' : `${sentence(note)}.`;
    lines.push(row([`\`${name}\``, unit, ...figures, source, remark]));
  }
  return `${lines.join('\n')}\n`;
}
