/**
 * The page of report.html: one file that opens without a network. Charts are SVG text in the page, there is no script, and the page's own
 * policy forbids loading anything. Only formats/html.ts imports this, when a page is written: the charts' library takes longer to
 * load than all else.
 */
import { MS_PER_MINUTE } from '../abi/unit.ts';
import {
  causeBars,
  cdfLines,
  countLines,
  footprintAreas,
  peakBytes,
  sensitivityBars,
  statementOf,
  stepBars,
} from './chart.ts';
import { conclusionsOf, holds } from './conclusions.ts';
import type { Details } from './detail.ts';
import { escapeHtml } from './escape.ts';
import { missingLines, repairLines } from './remarks.ts';
import type { Results, SystemResult } from './results.ts';
import { summaryRows } from './formats/table.ts';
import { formatBytes, formatCount, formatMs, formatNumber } from './unit.ts';

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; color: #222; background: #fff; max-width: 1000px; margin: 2em auto; padding: 0 1em }
h1, h2, h3 { line-height: 1.2 } h2 { margin-top: 2em; border-bottom: 1px solid #ddd }
table { border-collapse: collapse; margin: 1em 0; display: block; overflow-x: auto }
th, td { padding: .25em .8em; text-align: right; border-bottom: 1px solid #eee; white-space: nowrap }
th:first-child, td:first-child { text-align: left }
svg { width: 100%; height: auto } .absent { color: #777; font-style: italic } code { font-size: .9em }
`;

function tableRow(row: readonly string[], tag: 'th' | 'td'): string {
  return `<tr>${row.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`;
}

function table([header, ...body]: readonly (readonly string[])[]): string {
  const lines = body.map((row) => tableRow(row, 'td'));
  return `<table>${tableRow(header!, 'th')}${lines.join('')}</table>`;
}

function section(title: string, ...content: readonly string[]): string {
  return `<section><h2>${escapeHtml(title)}</h2>\n${content.join('\n')}</section>`;
}

function paragraph(text: string): string {
  return `<p>${escapeHtml(text)}</p>`;
}

/** What stands where a section's record is absent. */
function absent(what: string): string {
  return `<p class="absent">${escapeHtml(`Not shown: this run kept no ${what}.`)}</p>`;
}

function head(results: Results): string {
  const { trace, seed } = results;
  return [
    `<h1>guestmem: ${escapeHtml(trace.name)}</h1>`,
    paragraph(
      `${formatCount(trace.invocations)} invocations of ${formatCount(trace.functions)} functions in ` +
        `${formatNumber(trace.spanMs / MS_PER_MINUTE)} minutes, seed ${seed}. Counts are emulated page by page; ` +
        `times are modelled: counts times published prices.`,
    ),
    ...missingLines(results).map(paragraph),
    ...repairLines(trace).map(paragraph),
  ].join('\n');
}

function startUp(results: Results, { cdfs }: Details): string {
  const cold = results.systems.some((system) => system.starts.cold > 0);
  if (!cold) return section('Start-up', paragraph('No start was cold.'));
  const cdf = cdfs?.startupMs?.length
    ? cdfLines(cdfs.startupMs)
    : absent('distribution of start-up times');
  return section('Start-up', '<h3>Steps</h3>', stepBars(results), '<h3>Distribution</h3>', cdf);
}

function footprint(results: Results, { series }: Details): string {
  const overTime: string[] = [];
  if (series?.length) {
    const maxBytes = Math.max(...series.map(peakBytes));
    series.forEach((one, index) => {
      overTime.push(`<h3>${escapeHtml(one.system)} over time</h3>`);
      overTime.push(footprintAreas(`time${index}`, one, maxBytes));
    });
  } else overTime.push(absent('footprint over time'));
  return section('Footprint', '<h3>Mean by cause</h3>', causeBars(results), ...overTime);
}

function population({ systems }: Results): string {
  const header = [
    'system',
    'containers',
    'peak',
    'VMs',
    'peak',
    'starts into a running VM',
    'wasted',
  ];
  const rows = systems.map(({ name, containers, vms, idle }) => [
    name,
    formatNumber(containers.mean),
    formatCount(containers.peak),
    formatNumber(vms.mean),
    formatCount(vms.peak),
    containers.started === 0 ? '-' : `${formatNumber(100 * containers.runningVmShare)} %`,
    `${formatNumber(idle.wastedGiBSeconds)} GiB·s`,
  ]);
  return section(
    'Containers and VMs',
    paragraph('Means over time. Wasted is the memory of containers that nobody called.'),
    table([header, ...rows]),
    ...systems.map(
      ({ name, overTime }, index) =>
        `<h3>${escapeHtml(name)} over time</h3>\n${countLines(`count${index}`, overTime)}`,
    ),
  );
}

function reclaimRow(system: SystemResult): string[] {
  const { name } = system;
  const { askedBytes, gotBytes, migratedPages, meanMs, p99Ms } = system.reclaim;
  if (askedBytes === 0 && gotBytes === 0) return [name, '-', '-', '-', '-', '-', '-'];
  return [
    name,
    formatBytes(askedBytes),
    formatBytes(gotBytes),
    askedBytes === 0 ? '-' : `${formatNumber((100 * gotBytes) / askedBytes)} %`,
    formatCount(migratedPages),
    formatMs(meanMs),
    formatMs(p99Ms),
  ];
}

function reclaimed({ systems }: Results): string {
  const header = ['system', 'asked', 'got', 'share', 'pages migrated', 'mean', 'p99'];
  return section('Reclaim', table([header, ...systems.map(reclaimRow)]));
}

function interference({ systems }: Results): string {
  const header = ['system', 'slowdown mean', 'p99', 'guest CPU', 'host CPU'];
  const rows = systems.map(({ name, slowdown, cpuMs }) => [
    name,
    slowdown.mean.toFixed(4),
    slowdown.p99.toFixed(4),
    formatMs(cpuMs.guest),
    formatMs(cpuMs.host),
  ]);
  return section(
    'Interference',
    paragraph('Slowdown is execution time over undisturbed execution time.'),
    table([header, ...rows]),
  );
}

function sensitivity({ levels = [] }: Details): string {
  const title = 'Sensitivity to prices';
  const conclusions = conclusionsOf(levels);
  if (conclusions.length === 0) return section(title, absent('results at low and high prices'));
  const open = conclusions.filter((one) => !holds(one));
  const verdict =
    open.length === 0
      ? 'Every ratio stays on its side of 1 from the lowest to the highest prices.'
      : `Depends on the prices (marked !): ${open.map(statementOf).join('; ')}.`;
  return section(title, paragraph(verdict), sensitivityBars(conclusions));
}

function hashes({ systems }: Results): string {
  const rows = systems.map(({ name, hash, pageOps }) => [name, formatCount(pageOps), hash]);
  return section('Reproduction', table([['system', 'page operations', 'hash'], ...rows]));
}

/** The whole page. Equal input gives equal text. */
export function pageHtml(results: Results, details: Details = {}): string {
  const body = [
    head(results),
    section('Summary', table(summaryRows(results))),
    startUp(results, details),
    footprint(results, details),
    population(results),
    reclaimed(results),
    interference(results),
    sensitivity(details),
    hashes(results),
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>guestmem: ${escapeHtml(results.trace.name)}</title><style>${STYLE}</style></head>
<body>
${body.join('\n')}
</body></html>
`;
}
