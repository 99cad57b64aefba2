/** Figures as SVG text, drawn without a browser (or in one, for a file). */
import { init } from './echarts.ts';
import { LIGHT, type Look, type Option, colourNames } from './look.ts';
import { heightOf, optionOf } from './option.ts';
import type { Figure } from './spec.ts';

export { loadCharts } from './echarts.ts';

function render(option: Option, width: number, height: number): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  try {
    chart.setOption(option);
    return chart.renderToSVGString({ useViewBox: true });
  } finally {
    chart.dispose();
  }
}

/** Without what hovering would need, what echarts notes for its own client, and lines that are not seen. */
function still(svg: string): string {
  return svg
    .replaceAll(/<style ?>[\s\S]*?<\/style>\s*/g, '')
    .replaceAll(/<path[^>]* stroke-width="0"[^>]*>(?:<\/path>)?\s*/g, '')
    .replaceAll(/ (?:class|ecmeta_\w+|pointer-events|xml:space)="[^"]*"/g, '');
}

/** Counted names become the figure's own: pictures of one page do not clash, and equal figures give equal text. */
function named(svg: string, id: string): string {
  const names = new Map<string, string>();
  return svg.replaceAll(/\bzr\d+-\w+/g, (name) => {
    const own = names.get(name) ?? `${id}-${names.size}`;
    names.set(name, own);
    return own;
  });
}

/** A file of its own: title, legend and colours are in it. */
export function svgFile(figure: Figure, look: Look): string {
  const alone = { ...look, isAlone: true };
  return named(
    still(render(optionOf(figure, alone), look.width, heightOf(figure, alone))),
    figure.id,
  );
}

const NAMES: ReadonlyMap<string, string> = new Map(
  [...colourNames(LIGHT)].map(([name, colour]) => [colour, name]),
);

/** Colours and fonts become classes, which the page's style fills in: dark where the reader wants it dark. */
function classed(svg: string): string {
  return svg.replaceAll(
    /<(path|text|rect|circle|g|polyline)\b([^>]*?)(\/?)>/g,
    (_, tag: string, rest: string, end: string) => {
      const classes: string[] = [];
      const kept = rest.replaceAll(
        / (fill|stroke|style)="([^"]*)"/g,
        (all, key: string, value: string) => {
          if (key === 'style') {
            const size = /font-size:(\d+)px/.exec(value)?.[1];
            if (size !== undefined) classes.push(`z${size}`);
            return '';
          }
          const name = NAMES.get(value);
          if (name === undefined) return all;
          classes.push(`${key === 'fill' ? 'f' : 'k'}-${name}`);
          return '';
        },
      );
      const own = classes.length === 0 ? '' : ` class="${classes.join(' ')}"`;
      return `<${tag}${own}${kept}${end}>`;
    },
  );
}

/** Coordinates to a tenth of a pixel. Words, in text and in aria's attributes, keep their numbers. */
function rounded(svg: string): string {
  return svg.replaceAll(/ (?!aria-)[\w:-]+="[^"]*"/g, (attribute) =>
    attribute.replaceAll(/\d+\.\d{2,}/g, (number) => String(Number(Number(number).toFixed(1)))),
  );
}

/** A path of straight lines, where steps along an axis name that coordinate alone. */
function shortPath(path: string): string {
  if (!/^(?:[ML]-?[\d.]+ -?[\d.]+)+Z?$/.test(path)) return path;
  let [x, y] = ['', ''];
  let short = '';
  for (const [, letter, toX = '', toY = ''] of path.matchAll(/([ML])(-?[\d.]+) (-?[\d.]+)/g)) {
    if (letter === 'M') short += `M${toX} ${toY}`;
    else if (toX === x) short += toY === y ? '' : `V${toY}`;
    else short += toY === y ? `H${toX}` : `L${toX} ${toY}`;
    [x, y] = [toX, toY];
  }
  return path.endsWith('Z') ? `${short}Z` : short;
}

function shortened(svg: string): string {
  return rounded(svg).replaceAll(/ d="([^"]+)"/g, (_, path: string) => ` d="${shortPath(path)}"`);
}

/** A picture for the page: hidden from readers of the screen, who have the figure's text and table. */
export function svgIn(figure: Figure, look: Look): string {
  const svg = render({ ...optionOf(figure, look) }, look.width, heightOf(figure, look));
  return shortened(classed(named(still(svg), figure.id)))
    .replace(
      /<svg [^>]*viewBox="([^"]+)"[^>]*>/,
      '<svg viewBox="$1" aria-hidden="true" focusable="false">',
    )
    .replaceAll(/>\n</g, '><');
}
