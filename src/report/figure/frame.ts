/** What stands around the picture of any kind. */
import { CHARACTER, FONT } from './axes.ts';
import type { Look, Option } from './look.ts';
import type { Figure, Spec } from './spec.ts';

const NARROW = 560;

export function isNarrow({ width }: Look): boolean {
  return width < NARROW;
}

/** Rows of a picture's own legend, so that it has room. */
export function aloneTop(spec: Spec, { width }: Look): number {
  const names = legendNames(spec);
  const letters = names.reduce((sum, name) => sum + name.length * CHARACTER + 46, 0);
  return 34 + (names.length === 0 ? 0 : 22 * Math.ceil(letters / (width - 40)));
}

function legendNames(spec: Spec): string[] {
  if (spec.kind === 'lines') return spec.lines.map(({ name }) => name);
  return spec.kind === 'bars' ? spec.parts.map(({ name }) => name) : [];
}

export function frame(
  { title, spec }: Figure,
  look: Look,
  room: { left: number; right: number; bottom: number },
): Option {
  const { theme, isAlone = false } = look;
  return {
    animation: false,
    textStyle: { fontFamily: FONT },
    grid: {
      top: (isAlone ? aloneTop(spec, look) : 0) + 14,
      containLabel: false,
      outerBoundsMode: 'none',
      ...room,
    },
    ...(look.tooltip !== undefined && { tooltip: look.tooltip }),
    ...(isAlone && {
      backgroundColor: theme.paper,
      title: {
        text: title,
        left: 10,
        top: 6,
        textStyle: { color: theme.ink, fontSize: 15, fontFamily: FONT },
      },
      legend: {
        top: 34,
        left: 10,
        right: 10,
        data: legendNames(spec),
        itemWidth: 26,
        textStyle: { color: theme.ink, fontFamily: FONT, fontSize: 12 },
      },
    }),
  };
}
