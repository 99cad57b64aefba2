/** What several seeds gave, as text: a line a system, each figure's mean and how far the seeds lie apart. */
import { alignRows } from './align.ts';
import type { Results, Spread } from './results.ts';
import { formatMs, formatNumber } from './unit.ts';

/** `mean ± sd`. */
function told({ mean, sd }: Spread, format: (value: number) => string): string {
  return `${format(mean)} ± ${format(sd)}`;
}

/** Text of whole lines; empty for a run under one seed. */
export function seedsText({ seeds: found }: Results): string {
  if (found === undefined) return '';
  const { seeds, systems } = found;
  const header = ['mean ± sd', 'start-up', 'sandbox', 'GiB·s', 'slowdown', 'CPU'];
  const rows = systems.map(({ name, figures }) => [
    name,
    told(figures.startupMs, formatMs),
    told(figures.sandboxMs, formatMs),
    told(figures.footprintGiBSeconds, formatNumber),
    told(figures.slowdown, (value) => value.toFixed(4)),
    told(figures.cpuMs, formatMs),
  ]);
  return `\nseeds ${seeds.join(', ')}; what is above is of the first\n\n${alignRows([header, ...rows])}\n`;
}
