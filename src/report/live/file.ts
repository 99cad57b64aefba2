/** Figures and tables as files, made in the page: nothing is fetched. */
import { svgFile } from '../figure/draw.ts';
import { LIGHT } from '../figure/look.ts';
import { type Figure, type Table, tableOf } from '../figure/spec.ts';

const WIDTH = 960;
const SCALE = 2;

function save(name: string, content: Blob): void {
  const address = URL.createObjectURL(content);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** A field as CSV has it. */
function field(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function csvText({ columns, rows }: Table): string {
  const lines = [columns, ...rows.map((row) => row.map(({ value }) => value))];
  return lines.map((line) => `${line.map(field).join(',')}\r\n`).join('');
}

export function saveCsv(name: string, table: Table): void {
  save(`${name}.csv`, new Blob([csvText(table)], { type: 'text/csv' }));
}

/** Where the page's own hidden systems stay away. */
export type Shown = { readonly systems: readonly string[]; readonly hidden: ReadonlySet<string> };

function svgOf(figure: Figure, { systems, hidden }: Shown): string {
  return svgFile(figure, { theme: LIGHT, width: WIDTH, systems, hidden });
}

function savePng(name: string, svg: string): void {
  const picture = new Image();
  picture.addEventListener('load', () => {
    const canvas = document.createElement('canvas');
    canvas.width = picture.width * SCALE;
    canvas.height = picture.height * SCALE;
    canvas.getContext('2d')!.drawImage(picture, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => {
      if (blob !== null) save(`${name}.png`, blob);
    });
  });
  picture.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

export type Kind = 'SVG' | 'PNG' | 'CSV';

export function saveFigure(kind: Kind, figure: Figure, shown: Shown): void {
  const name = figure.id.replaceAll(/[^\w-]+/g, '-');
  if (kind === 'CSV') {
    saveCsv(name, tableOf(figure.spec));
    return;
  }
  const svg = svgOf(figure, shown);
  if (kind === 'SVG') save(`${name}.svg`, new Blob([svg], { type: 'image/svg+xml' }));
  else savePng(name, svg);
}
