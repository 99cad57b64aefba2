/** Writes a run in the formats asked for. */
import {
  COUNT,
  FLAG,
  FUNCTION,
  OBJECT,
  type Shape,
  TEXT,
  expectInteger,
  expectList,
  expectName,
  expectShape,
  expectText,
} from '../check/index.ts';
import { join } from 'node:path';
import { KIB } from '../abi/unit.ts';
import { MAP_SVG_MARK, PNG_MARK, decodeReel, mapSvg, pngAbout, signedPng } from '../map/index.ts';
import { aboutOf, svgAbout } from './about.ts';
import { expectReport } from './expect-report.ts';
import type { Format, OutputFile, OwnFile, Report } from './format.ts';
import { FORMATS } from './formats/index.ts';
import { readDetails, readResults } from './read.ts';
import { figuresOf, tornadoFigures } from './figure/figures.ts';
import { LIGHT } from './figure/look.ts';
import { OutputFolder, type OutputOptions } from './output.ts';
import { parseResults } from './schema.ts';

export type Written = {
  /** What the formats have for stdout, in their order. */
  readonly text: string;
  /** Files written, in their order. */
  readonly paths: readonly string[];
};

const FORMAT_LIST: Shape = [
  { render: FUNCTION, files: [{ name: TEXT, mark: { test: FUNCTION }, usualBytes: COUNT }] },
];
const OPTIONS: Shape = {
  'isForced?': FLAG,
  'began?': FUNCTION,
  'shown?': FUNCTION,
  'told?': FUNCTION,
  'rasterize?': FUNCTION,
};
const RENDERED: Shape = { 'text?': TEXT, 'files?': [{ name: TEXT }] };

function filesOf(formats: readonly Format[]): OwnFile[] {
  return formats.flatMap(({ files }) => files);
}

/**
 * The folder for files of these formats, made, checked and with room; undefined when they write none. Throws OutputError. Who opens
 * it before a run closes it when there is none.
 */
export function openOutput(
  formats: readonly Format[],
  folder: string,
  isForced = false,
): OutputFolder | undefined {
  const files = filesOf(formats);
  if (files.length === 0) return undefined;
  return new OutputFolder(folder, files, { earlier: filesOf(FORMATS), isForced });
}

/**
 * Renders all formats before it writes a file, so a wrong record (`ResultsError`) touches nothing. All files of a run appear at
 * once in place of those of an earlier one, or none does.
 */
export async function writeReport(
  report: Report,
  formats: readonly Format[],
  where: string | OutputFolder,
): Promise<Written> {
  expectShape('report', report, { results: OBJECT });
  expectShape('formats', formats, FORMAT_LIST);
  if (typeof where !== 'string') expectShape('where', where, { write: FUNCTION });
  parseResults(report.results);
  const rendered = await Promise.all(
    formats.map(async (format) => expectShape('rendered', await format.render(report), RENDERED)),
  );
  const text = rendered.map((one) => one.text ?? '').join('');
  const files = rendered.flatMap((one) => one.files ?? []);
  const folder = typeof where === 'string' ? openOutput(formats, where) : where;
  return { text, paths: folder?.write(files) ?? [] };
}

/** What lies in the folder of a run, for `writeAgain` and `writeFigures`. Throws `ResultsError`. */
export function reportOf(folder: string): Report {
  expectText('folder', folder);
  const results = readResults(join(folder, 'results.json'));
  return { results, details: readDetails(join(folder, 'details.json'), results) };
}

/**
 * Writes formats of a run that is there already (`guestmem report FOLDER` writes `html`); its other files stay. Names are those of
 * `FORMATS`. Paths of the files. Throws OutputError, ResultsError, RefusedArgument.
 */
export async function writeAgain(
  report: Report,
  names: readonly string[],
  folder: string,
  options: OutputOptions = {},
): Promise<readonly string[]> {
  const known = FORMATS.map(({ name }) => name);
  for (const name of expectList('names', names)) expectName('names', name, known);
  expectText('folder', folder);
  expectShape('options', options, OPTIONS);
  const formats = FORMATS.filter(({ name }) => names.includes(name));
  const into = new OutputFolder(folder, filesOf(formats), options);
  try {
    return (await writeReport(report, formats, into)).paths;
  } finally {
    into.close();
  }
}

/** Pixels of a figure: one narrower has no room for its legend. */
const WIDTH_LEAST = 200;
const WIDTH_MOST = 20_000;

export type FiguresOptions = OutputOptions & {
  readonly width: number;
  /** Hears of pictures that are drawn, and how many there are. */
  readonly told?: ((done: number, total: number) => void) | undefined;
  /** Makes PNGs of SVGs, which are written too. */
  readonly rasterize?: ((svgs: readonly string[]) => Promise<readonly Uint8Array[]>) | undefined;
};

/** As the library of charts begins an SVG, and others do not; of maps and PNGs, their own. */
const FIGURE_MARKS: readonly string[] = [
  '^<svg width="\\d+" height="\\d+" xmlns="[^"]+" xmlns:xlink="[^"]+" version="1.1" baseProfile="full"',
  MAP_SVG_MARK.source,
  PNG_MARK.source,
];
const FIGURE_MARK = new RegExp(FIGURE_MARKS.join('|'));

function fileName(id: string): string {
  return id.replaceAll(/[^\w-]+/g, '-');
}

/** Each figure and each system's last memory map by name, as SVG. */
async function picturesOf(
  { results, details }: Report,
  about: object,
  { width, told }: Pick<FiguresOptions, 'width' | 'told'>,
): Promise<{ readonly name: string; readonly svg: string }[]> {
  const { loadCharts, svgFile } = await import('./figure/draw.ts');
  await loadCharts();
  const systems = results.systems.map(({ name }) => name);
  const look = { theme: LIGHT, width, systems, hidden: new Set<string>() };
  const all = [...figuresOf(results, details), ...tornadoFigures(results, details)];
  const drawn = [
    ...all.map((figure) => [figure.id, () => svgFile(figure, look)] as const),
    ...(details.maps ?? []).map(
      (map) => [`map-${map.name}`, () => mapSvg(decodeReel(map))] as const,
    ),
  ];
  return drawn.map(([id, draw], at) => {
    told?.(at, drawn.length);
    return { name: fileName(id), svg: svgAbout(draw(), about) };
  });
}

/**
 * The figures of a run as files (`guestmem figures FOLDER --out FOLDER`), SVG and where something rasterizes them PNG, each with its
 * title and legend. Paths of the files. Throws OutputError, ResultsError, RefusedArgument.
 */
export async function writeFigures(
  report: Report,
  folder: string,
  asked: FiguresOptions,
): Promise<readonly string[]> {
  expectReport(report);
  expectText('folder', folder);
  const { width, rasterize, told, ...options } = expectShape('options', asked, OPTIONS);
  expectInteger('options.width', width, WIDTH_LEAST, WIDTH_MOST);
  const about = aboutOf(report.results);
  const pictures = await picturesOf(report, about, { width, told });
  const drawn = (await rasterize?.(pictures.map(({ svg }) => svg))) ?? [];
  const files: OutputFile[] = [
    ...pictures.map(({ name, svg }) => ({ name: `${name}.svg`, content: svg })),
    ...drawn.map((png, at) => ({
      name: `${pictures[at]!.name}.png`,
      content: pngAbout(signedPng(png), about),
    })),
  ];
  const own = files.map(({ name }) => ({ name, mark: FIGURE_MARK, usualBytes: KIB }));
  const into = new OutputFolder(folder, own, options);
  try {
    return into.write(files);
  } finally {
    into.close();
  }
}
