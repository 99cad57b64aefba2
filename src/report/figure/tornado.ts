/** The picture of changes to both sides. */
import { FONT, nameAxis, nameRoom, ticksOf, valueAxis } from './axes.ts';
import { frame } from './frame.ts';
import type { Look, Option } from './look.ts';
import { type Figure, type TornadoSpec, told } from './spec.ts';

export function tornadoOption(figure: Figure, spec: TornadoSpec, look: Look): Option {
  const { unit } = spec.x;
  const most =
    Math.max(...spec.rows.flatMap(({ low, high }) => [Math.abs(low), Math.abs(high)]), 0) * 1.25 ||
    1;
  const end = (name: string, at: 'low' | 'high', color: string): Option => ({
    type: 'bar',
    name,
    color,
    barWidth: 16,
    barGap: '-100%',
    emphasis: { disabled: true },
    label: {
      show: true,
      fontFamily: FONT,
      fontSize: 11,
      color: look.theme.ink,
      formatter: ({ value }: { value: number }) => (value === 0 ? '' : told(value, unit)),
    },
    data: spec.rows.map((row) => ({
      value: row[at],
      label: { position: row[at] < 0 ? 'left' : 'right' },
    })),
  });
  const names = spec.rows.map(({ name }) => name);
  const axis = valueAxis(spec.x, look, [-most, most], ticksOf(look, nameRoom(names, look)));
  return {
    ...frame(figure, look, { left: nameRoom(names, look), right: 30, bottom: 46 }),
    xAxis: {
      ...axis,
      min: -most,
      max: most,
      nameGap: 28,
      // the ends are no round numbers
      axisLabel: { ...(axis['axisLabel'] as Option), showMinLabel: false, showMaxLabel: false },
    },
    yAxis: nameAxis(names, look),
    series: [
      end('at its low end', 'low', look.theme.systems[0]!),
      end('at its high end', 'high', look.theme.systems[1]!),
    ],
  };
}
