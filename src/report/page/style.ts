/** The page's style: light and dark by the reader's wish, A4 on paper, from 390 px up. */
import { DARK, LIGHT, type Theme, colourNames } from '../figure/look.ts';
import { MAP_CSS } from '../../map/index.ts';
import { PRINT, SCREEN } from './sheet.ts';

function variables(theme: Theme): string {
  return [...colourNames(theme)].map(([name, colour]) => `--${name}:${colour}`).join(';');
}

function classes(): string {
  return [...colourNames(LIGHT).keys()]
    .map((name) => `.f-${name}{fill:var(--${name})}.k-${name}{stroke:var(--${name})}`)
    .join('');
}

const EXTRAS_LIGHT = '--wash:#f4f6f9;--edge:#8a94a3;--link:#0b57a4';
const EXTRAS_DARK = '--wash:#1b2129;--edge:#76818f;--link:#84bdf7';

export function styleText(): string {
  const dark = `${variables(DARK)};${EXTRAS_DARK}`;
  return `:root{color-scheme:light dark;${variables(LIGHT)};${EXTRAS_LIGHT}}
@media screen and (prefers-color-scheme:dark){:root{${dark}}}
${classes()}${MAP_CSS}${SCREEN}${PRINT}`;
}
