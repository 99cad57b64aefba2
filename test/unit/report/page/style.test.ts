import { expect, it } from 'vitest';
import { DARK, LIGHT, colourNames } from '../../../../src/report/figure/look.ts';
import { styleText } from '../../../../src/report/page/style.ts';

it('has a class for each colour, and both themes', () => {
  const style = styleText();
  for (const [name, colour] of colourNames(LIGHT)) {
    expect(style).toContain(`.f-${name}{fill:var(--${name})}`);
    expect(style).toContain(`--${name}:${colour}`);
  }
  const [, dark] = style.split('prefers-color-scheme:dark');
  for (const [name, colour] of colourNames(DARK)) expect(dark).toContain(`--${name}:${colour}`);
});

it('loads nothing', () => {
  expect(styleText()).not.toMatch(/@import|url\(/);
});
