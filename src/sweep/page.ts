// The page of a sweep: one file that opens without a network, has no script and loads nothing. Each picture has its table.

import { COLOURS, escapeHtml, formatCount } from '../report/index.ts';
import type { Sweep } from './cells.ts';
import type { Effect } from './effects.ts';
import { frontPlot, intervalPlot } from './plot.ts';
import type { Outcomes } from './outcomes.ts';
import { type Choice, loadOf } from './pareto.ts';
import { SYSTEM } from './row.ts';
import { effectRows, frontRows, spreadNote } from './text.ts';

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; color: #222; background: #fff; max-width: 1000px; margin: 2em auto; padding: 0 1em }
h1, h2, h3 { line-height: 1.2 } h2 { margin-top: 2em; border-bottom: 1px solid #ddd }
.table { overflow-x: auto } table { border-collapse: collapse; margin: 1em 0 }
th, td { padding: .25em .8em; text-align: right; border-bottom: 1px solid #eee; white-space: nowrap }
th:first-child, td:first-child { text-align: left } svg { width: 100%; height: auto } figure { margin: 1em 0 }
`;

const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

function row(cells: readonly string[], tag: 'th' | 'td'): string {
  const open = tag === 'th' ? '<th scope="col">' : '<td>';
  return `<tr>${cells.map((cell) => `${open}${escapeHtml(cell)}</${tag}>`).join('')}</tr>`;
}

function table(caption: string, [header = [], ...rows]: readonly (readonly string[])[]): string {
  const head = `<thead>${row(header, 'th')}</thead>`;
  const body = `<tbody>${rows.map((cells) => row(cells, 'td')).join('\n')}</tbody>`;
  const named = `<caption>${escapeHtml(caption)}</caption>`;
  // a region that scrolls can be reached by keys
  return `<div class="table" tabindex="0" role="region" aria-label="${escapeHtml(caption)}"><table>${named}${head}${body}</table></div>`;
}

function section(title: string, ...content: readonly string[]): string {
  return `<section><h2>${escapeHtml(title)}</h2>\n${content.join('\n')}</section>`;
}

function paragraph(text: string): string {
  return `<p>${escapeHtml(text)}</p>`;
}

function distinct(values: readonly string[]): string[] {
  return [...new Set(values)];
}

function effectSections(effects: readonly Effect[]): string {
  const factors = distinct(effects.map(({ factor }) => factor));
  return factors
    .map((factor, at) => {
      const own = effects.filter((one) => one.factor === factor);
      const title = factor === SYSTEM ? 'System' : factor;
      const told = table(`What ${factor} does`, effectRows(own));
      return section(title, intervalPlot(`effect${at}`, factor, own), told);
    })
    .join('\n');
}

/** Choices under one load each. */
function frontSections(choices: readonly Choice[]): string {
  const loads = distinct(choices.map(({ labels }) => JSON.stringify(loadOf(labels))));
  return loads
    .map((load, at) => {
      const own = choices.filter(({ labels }) => JSON.stringify(loadOf(labels)) === load);
      const words = Object.entries(JSON.parse(load) as object).map(([k, v]) => `${k}=${v}`);
      const of = words.length === 0 ? '' : ` under ${words.join(', ')}`;
      const title = `Start-up against footprint${of}`;
      return `<h3>${escapeHtml(title)}</h3>${frontPlot(`front${at}`, title, own, COLOURS)}${table(title, frontRows(own))}`;
    })
    .join('\n');
}

/** The whole page. Equal input gives equal text. */
export function sweepHtml({ jobs, factors }: Sweep, outcomes: Outcomes): string {
  const { rows, effects, choices, finished } = outcomes;
  const seeds = new Set(rows.map(({ seed }) => seed)).size;
  const done = new Set(finished.map(({ cell }) => cell.job.name)).size;
  const counted = `${formatCount(done)} of ${formatCount(jobs.length)} jobs finished; varied: ${factors.join(', ') || 'seeds'}.`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>guestmem: a sweep of ${formatCount(jobs.length)} jobs</title><style>${STYLE}</style></head><body><main>
<h1>A sweep of ${formatCount(jobs.length)} jobs</h1>
${paragraph(counted)}
${paragraph(`${spreadNote(seeds)}.`)}
${section('Pareto front', paragraph('Choices that no other one beats in both; filled points are on the front.'), frontSections(choices))}
${effectSections(effects)}
</main></body></html>
`;
}
