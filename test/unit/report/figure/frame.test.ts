import { expect, it } from 'vitest';
import { aloneTop, frame, isNarrow } from '../../../../src/report/figure/frame.ts';
import { LIGHT } from '../../../../src/report/figure/look.ts';
import type { Figure } from '../../../../src/report/figure/spec.ts';

const look = { theme: LIGHT, width: 900, systems: [], hidden: new Set<string>() };
const figure: Figure = {
  id: 'b',
  title: 'Bars',
  note: 'Bars.',
  spec: {
    kind: 'bars',
    palette: 'steps',
    x: { label: 'x', unit: 'ms' },
    rows: ['one'],
    parts: Array.from({ length: 14 }, (_, at) => ({ name: `a long step ${at}`, values: [1] })),
  },
};
const room = { left: 1, right: 1, bottom: 1 };

it('a picture that stands alone has its title and a legend that has room', () => {
  const alone = frame(figure, { ...look, isAlone: true }, room);
  expect(alone['title']).toMatchObject({ text: 'Bars' });
  expect((alone['legend'] as { data: string[] }).data).toHaveLength(14);
  expect(aloneTop(figure.spec, look)).toBeLessThan(aloneTop(figure.spec, { ...look, width: 300 }));
  expect(frame(figure, look, room)['title']).toBeUndefined();
});

it('pictures are narrow on telephones and in columns of three', () => {
  expect([390, 559, 560].map((width) => isNarrow({ ...look, width }))).toEqual([true, true, false]);
});
