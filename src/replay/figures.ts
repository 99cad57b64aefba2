// The figures that conclusions are drawn from.

import type { Results, SensitiveFigure } from '../report/index.ts';

export const FIGURES: readonly SensitiveFigure[] = [
  'startupMs',
  'sandboxMs',
  'footprintGiBSeconds',
  'slowdown',
  'cpuMs',
];

export type Figures = Readonly<Record<SensitiveFigure, number>>;

export function figuresOf(system: Results['systems'][number]): Figures {
  const { startupMs, sandboxMs, footprintGiBSeconds, slowdown, cpuMs } = system;
  return {
    startupMs: startupMs.mean,
    sandboxMs: sandboxMs.mean,
    footprintGiBSeconds,
    slowdown: slowdown.mean,
    cpuMs: cpuMs.guest + cpuMs.host,
  };
}
