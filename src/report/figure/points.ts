/** The picture of points: a system each, and what they are held against. */
import { textOf, ticksOf, valueAxis } from './axes.ts';
import { frame, isNarrow } from './frame.ts';
import { type Look, type Option, strokeOf } from './look.ts';
import type { Axis, Figure, Point, PointsSpec } from './spec.ts';

/** Names of the points that lie at a point's place, as one label at the first of them. */
function labelOf(points: readonly Point[], index: number, near: readonly [number, number]): string {
  const isNear = (one: number, other: number): boolean =>
    Math.abs(points[one]!.x - points[other]!.x) < near[0] &&
    Math.abs(points[one]!.y - points[other]!.y) < near[1];
  if (points.some((_, at) => at < index && isNear(at, index))) return '';
  const names = points.filter((_, at) => at === index || isNear(at, index)).map(({ name }) => name);
  return names.length > 3 ? `${names[0]} and ${names.length - 1} more` : names.join(', ');
}

/** From 0 to somewhat above; between the ends where the axis is one of powers. */
function rangeOf(values: readonly number[], { isLog = false }: Axis): [number, number] {
  const most = Math.max(...values, 0) * 1.15 || 1;
  return isLog ? [Math.min(...values), most] : [0, most];
}

/** Policies so near have one label: they do the same on these calls. */
const AGAINST_NEAR = [0.02, 0.02] as const;

/** Points without a system's colour, with their names above, or below those that lie beside the line. */
function againstSeries(
  points: readonly Point[],
  places: readonly Point[],
  isLine: boolean,
  look: Look,
): Option {
  const { muted, paper } = look.theme;
  return {
    type: 'line',
    silent: true,
    z: 1,
    symbol: isLine ? 'circle' : 'diamond',
    symbolSize: isLine ? 6 : 11,
    lineStyle: { color: muted, width: isLine ? 1.2 : 0 },
    itemStyle: { color: isLine ? muted : paper, borderColor: muted, borderWidth: 1.5 },
    label: {
      show: true,
      // one of these lies beside the line, and its name where the line's names are not
      position: isLine ? 'top' : 'bottom',
      formatter: ({ dataIndex }: { dataIndex: number }) => labelOf(places, dataIndex, AGAINST_NEAR),
      ...textOf(look),
      color: muted,
    },
    labelLayout: { hideOverlap: true },
    data: points.map(({ x, y }) => [x, y]),
  };
}

export function pointsOption(figure: Figure, spec: PointsSpec, look: Look): Option {
  const { against: { line, beside } = { line: [], beside: [] } } = spec;
  const points = spec.points.filter(({ name }) => !look.hidden.has(name));
  const all = [...points, ...line, ...beside];
  const xs = rangeOf(
    all.map(({ x }) => x),
    spec.x,
  );
  const ys = rangeOf(
    all.map(({ y }) => y),
    spec.y,
  );
  const right = isNarrow(look) ? 24 : look.width / 6;
  const placeOf = (x: number): number =>
    spec.x.isLog === true ? Math.log(x / xs[0]) / Math.log(xs[1] / xs[0]) : x / xs[1];
  const placesOf = (some: readonly Point[]): Point[] =>
    some.map((one) => ({ ...one, x: placeOf(one.x), y: one.y / ys[1] }));
  const places = placesOf(points);
  return {
    ...frame(figure, look, { left: 92, right, bottom: 46 }),
    xAxis: { ...valueAxis(spec.x, look, xs, ticksOf(look, 200)), nameGap: 28 },
    // room for the label above the topmost point
    yAxis: { ...valueAxis(spec.y, look, ys, 5), nameGap: 72, boundaryGap: [0, '12%'] },
    series: [
      ...(line.length > 0 ? [againstSeries(line, placesOf(line), true, look)] : []),
      ...(beside.length > 0 ? [againstSeries(beside, placesOf(beside), false, look)] : []),
      ...points.map(({ name, x, y }, index) => ({
        type: 'scatter',
        name,
        symbolSize: 11,
        color: strokeOf(look.theme, 'systems', look, name, index).color,
        itemStyle: { borderColor: look.theme.paper, borderWidth: 1 },
        label: {
          show: true,
          position: isNarrow(look) && places[index]!.x > 0.5 ? 'left' : 'right',
          formatter: labelOf(places, index, [0.05, 0.04]),
          ...textOf(look),
        },
        data: [[x, y]],
      })),
    ],
  };
}
