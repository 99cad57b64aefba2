/**
 * The page of report.html: one file that opens without a network. Pictures are in it as SVG; the page's script, where it runs, draws
 * them anew so that they answer to a hand. The page's own policy lets nothing be loaded, and no other script or style run. Only
 * formats/html.ts imports this, when a page is written: the charts' library takes longer to load than all else.
 */
import { MS_PER_MINUTE } from '../abi/unit.ts';
import type { Details } from './detail.ts';
import { escapeHtml } from './escape.ts';
import { loadCharts } from './figure/draw.ts';
import { figuresOf, tornadoFigures } from './figure/figures.ts';
import type { Figure } from './figure/spec.ts';
import { type FunctionData, functionData, functionSection } from './page/functions.ts';
import { glossaryHtml } from './page/glossary.ts';
import type { EncodedReel } from '../map/index.ts';
import { headlineHtml } from './page/headline.ts';
import { paragraph, section } from './page/html.ts';
import { mapsSection } from './page/maps.ts';
import { runSection } from './page/run.ts';
import { pageScript } from './script.ts';
import {
  type Content,
  comparison,
  fragments,
  memory,
  population,
  prices,
  reclaim,
  slowdown,
  startUp,
  waste,
} from './page/sections.ts';
import { styleText } from './page/style.ts';
import type { Report } from './format.ts';
import type { Results } from './results.ts';
import { formatCount, formatNumber } from './unit.ts';

const CONTENTS: readonly (readonly [id: string, title: string])[] = [
  ['run', 'What was run'],
  ['comparison', 'Comparison'],
  ['start-up', 'Start-up'],
  ['memory', 'Memory'],
  ['maps', 'Maps'],
  ['population', 'Containers'],
  ['waste', 'Waste'],
  ['functions', 'Functions'],
  ['reclaim', 'Reclaim'],
  ['slowdown', 'Slowdown'],
  ['fragmentation', 'Fragmentation'],
  ['prices', 'Prices'],
  ['glossary', 'Words'],
];

/** What the page's script works on. */
export type PageData = {
  readonly systems: readonly string[];
  readonly figures: readonly Figure[];
  /** One is shown at a time. */
  readonly tornados: readonly Figure[];
  readonly functions: FunctionData;
  readonly maps: readonly EncodedReel[];
};

function head({ trace, seed, systems }: Results): string {
  const what =
    `${formatCount(trace.invocations)} invocations of ${formatCount(trace.functions)} functions in ` +
    `${formatNumber(trace.spanMs / MS_PER_MINUTE)} minutes, seed ${seed}, ${systems.length} system${systems.length === 1 ? '' : 's'}`;
  return `<h1>${escapeHtml(trace.name)}</h1>\n${paragraph(escapeHtml(what), 'sub')}`;
}

function contents(): string {
  const items = CONTENTS.map(([id, title]) => `<li><a href="#${id}">${title}</a></li>`);
  return `<nav aria-label="Sections"><ul>${items.join('')}</ul></nav>`;
}

function bodyOf(content: Content, data: PageData): string {
  const { results, details } = content;
  return [
    `<a class="skip" href="#run">Skip to the results</a>`,
    `<header>${head(results)}\n${headlineHtml(results, details)}</header>`,
    contents(),
    '<main>',
    runSection(results, details),
    comparison(content),
    startUp(content),
    memory(content),
    mapsSection(results, details),
    population(content),
    waste(content),
    functionSection(data.functions),
    reclaim(content),
    slowdown(content),
    fragments(content),
    prices(content),
    section('glossary', 'Words', glossaryHtml()),
    '</main>',
    '<footer><p>Made by guestmem. Counts are emulated page by page; times are modelled: counts times published prices.</p></footer>',
  ].join('\n');
}

/** As a source of the page's policy. */
async function hashOf(text: string): Promise<string> {
  const digest = new Uint8Array(
    await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)),
  );
  return `'sha256-${btoa(String.fromCodePoint(...digest))}'`;
}

/** JSON that ends no element. */
function embedded(data: PageData): string {
  return JSON.stringify(data).replaceAll('<', String.raw`\u003c`);
}

/** What hears of each picture as it is drawn: all figures, and one of those that a reader chooses among. */
function counting({ figures, tornados }: PageData, told: Report['told']): () => void {
  const total = figures.length + Math.min(1, tornados.length);
  let done = 0;
  return () => {
    done += 1;
    told?.(done, total);
  };
}

/** The whole page, still without a script. Equal input gives equal text. */
export async function pageHtml(
  results: Results,
  details: Details = {},
  { script: given, told }: { readonly script?: string; readonly told?: Report['told'] } = {},
): Promise<string> {
  const script = given ?? (await pageScript());
  await loadCharts();
  const data: PageData = {
    systems: results.systems.map(({ name }) => name),
    figures: figuresOf(results, details),
    tornados: tornadoFigures(results, details),
    functions: functionData(results),
    maps: details.maps ?? [],
  };
  const style = styleText();
  const scripts =
    script === ''
      ? ''
      : `<script type="application/json" id="data">${embedded(data)}</script>\n<script>${script}</script>`;
  const runs = script === '' ? '' : `; script-src ${await hashOf(script)}; img-src data: blob:`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${await hashOf(style)}${runs}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>guestmem: ${escapeHtml(results.trace.name)}</title><style>${style}</style></head>
<body>
${bodyOf({ results, details, drawn: counting(data, told) }, data)}
${scripts}
</body></html>
`;
}
