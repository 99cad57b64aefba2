/** Pieces of the page: tables, figures, sections. */
import { escapeHtml } from '../escape.ts';
import { strokeOf, LIGHT, colourNames } from '../figure/look.ts';
import { svgIn } from '../figure/draw.ts';
import { type Cell, type Figure, type Spec, cellText, tableOf } from '../figure/spec.ts';
import { termOr } from './glossary.ts';

export type Column = {
  /** A word of the glossary, if it is one. */
  readonly head: string;
  /** Of the cells, the one that is best stands out. */
  readonly best?: 'least' | 'most';
};

function numberOf({ value }: Cell): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** Which rows have the best value of a column; none where all are equal. */
function bestOf(
  rows: readonly (readonly Cell[])[],
  at: number,
  which: Column['best'],
): number | undefined {
  const values = rows.map((row) => numberOf(row[at]!)).filter((value) => value !== undefined);
  if (which === undefined || new Set(values).size < 2) return undefined;
  return which === 'least' ? Math.min(...values) : Math.max(...values);
}

function cellHtml(cell: Cell, index: number, best: number | undefined): string {
  const text = escapeHtml(cellText(cell));
  if (index === 0) return `<th scope="row">${text}</th>`;
  const value = numberOf(cell);
  if (value === undefined) return `<td>${text}</td>`;
  const isBest = value === best;
  return `<td data-v="${value}"${isBest ? ' class="best"' : ''}>${text}</td>`;
}

/** A table that scrolls sideways where it has no room. The first column names the row. */
export function tableHtml(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  attributes = '',
): string {
  const best = columns.map(({ best: which }, at) => bestOf(rows, at, which));
  const head = columns.map(({ head: text }) => `<th scope="col">${termOr(text)}</th>`).join('');
  const body = rows.map(
    (row) => `<tr>${row.map((cell, at) => cellHtml(cell, at, best[at])).join('')}</tr>`,
  );
  return `<div class="scroll" tabindex="0" role="region" aria-label="${escapeHtml(caption)}"><table${attributes}><caption>${escapeHtml(caption)}</caption><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table></div>`;
}

export function paragraph(html: string, kind = ''): string {
  return `<p${kind === '' ? '' : ` class="${kind}"`}>${html}</p>`;
}

export function section(id: string, title: string, ...content: readonly string[]): string {
  return `<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${escapeHtml(title)}</h2>\n${content.filter((part) => part !== '').join('\n')}</section>`;
}

/** What stands where a section's record is absent. */
export function absent(what: string): string {
  return paragraph(escapeHtml(`Not shown: this run kept no ${what}.`), 'absent');
}

const COLOUR_NAMES: ReadonlyMap<string, string> = new Map(
  [...colourNames(LIGHT)].map(([name, colour]) => [colour, name]),
);

const DASH = [
  '',
  ' stroke-dasharray="7 3"',
  ' stroke-dasharray="2 2"',
  ' stroke-dasharray="9 3 2 3"',
];

/** A sample of how a name is drawn. */
function swatch(spec: Spec, name: string, index: number, systems: readonly string[]): string {
  const palette = spec.kind === 'lines' || spec.kind === 'bars' ? spec.palette : 'systems';
  const { color, type } = strokeOf(LIGHT, palette, { systems }, name, index);
  const own = COLOUR_NAMES.get(color)!;
  const isLine = spec.kind === 'lines' && spec.isStacked !== true;
  const dash = isLine
    ? DASH[Math.max(0, ['solid', '7,3', '2,2', '9,3,2,3'].indexOf(String(type)))]!
    : '';
  const mark = isLine
    ? `<path class="k-${own}" d="M0 6H26" stroke-width="3"${dash}/>`
    : `<rect class="f-${own}" width="14" height="12" rx="2"/>`;
  return `<svg class="swatch" width="${isLine ? 26 : 14}" height="12" aria-hidden="true" focusable="false">${mark}</svg>`;
}

/** Which name is drawn how. Names of systems can be hidden in all figures, where the page's script runs. */
export function legendHtml(spec: Spec, systems: readonly string[]): string {
  if (spec.kind !== 'lines' && spec.kind !== 'bars') return '';
  const isSystems = spec.palette === 'systems';
  const names = (spec.kind === 'lines' ? spec.lines : spec.parts).map(({ name }) => name);
  const items = names.map((name, index) => {
    const text = isSystems ? escapeHtml(name) : termOr(name);
    const data = isSystems ? ` data-system="${escapeHtml(name)}"` : '';
    return `<li${data}>${swatch(spec, name, index, systems)}${text}</li>`;
  });
  return `<ul class="legend">${items.join('')}</ul>`;
}

/** Tables of more cells are made by the page's script when they are opened. */
const CELLS_MAX = 300;

export function numbersHtml({ title, spec }: Figure): string {
  const { columns, rows } = tableOf(spec);
  if (rows.length * columns.length > CELLS_MAX) {
    const where = `${rows.length} rows: the page’s script makes the table; the same numbers are in details.json and results.json.`;
    return `<div class="table-here" data-long><p>${where}</p></div>`;
  }
  const table = tableHtml(
    title,
    columns.map((head) => ({ head })),
    rows,
  );
  return `<div class="table-here">${table}</div>`;
}

export type FigureHtml = {
  readonly systems: readonly string[];
  readonly width: number;
  readonly hasLegend?: boolean;
};

/** A picture with its title, what it shows, its colours and its numbers. */
export function figureHtml(
  figure: Figure,
  { systems, width, hasLegend = true }: FigureHtml,
): string {
  const { id, title, note, spec } = figure;
  const look = { theme: LIGHT, width, systems, hidden: new Set<string>() };
  return `<figure id="figure-${id}" data-figure="${escapeHtml(id)}">
<figcaption><h3>${escapeHtml(title)}</h3><p>${escapeHtml(note)}</p></figcaption>
${hasLegend ? legendHtml(spec, systems) : ''}
<div class="picture" role="img" aria-label="${escapeHtml(`${title}. ${note}`)}"><div class="still">${svgIn(figure, look)}</div></div>
<div class="tools"></div>
<details class="numbers"><summary>Numbers<span class="aside"> of ${escapeHtml(title)}</span></summary>${numbersHtml(figure)}</details>
</figure>`;
}
