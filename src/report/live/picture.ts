/** A figure that answers: values on hover, a stretch to look at closer, other sizes and colours. */
import { init } from '../figure/echarts.ts';
import { DARK, LIGHT, type Look, type Option } from '../figure/look.ts';
import { heightOf, optionOf } from '../figure/option.ts';
import type { Figure } from '../figure/spec.ts';
import { type Pointed, tipOf } from './tip.ts';

type Chart = ReturnType<typeof init>;

/** What all pictures of a page share. */
export type Stage = { readonly systems: readonly string[]; readonly hidden: Set<string> };

const DARK_WISH = matchMedia('(prefers-color-scheme: dark)');

function element(tag: string, text: string): HTMLElement {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

/** Of the elements of a tip: styles would be against the page's policy, colours set by hand are not. */
function tipElement(figure: Figure, look: Look, pointed: Pointed): HTMLElement | string {
  const { head, lines } = tipOf(figure, look, pointed);
  if (lines.length === 0) return '';
  const tip = document.createElement('div');
  tip.append(element('b', head));
  for (const { name, text, color } of lines) {
    const line = document.createElement('div');
    const label = element('span', '');
    if (color !== undefined) label.style.color = color;
    label.append(element('i', name));
    line.append(label, element('span', text));
    tip.append(line);
  }
  return tip;
}

export class Picture {
  readonly #stage: Stage;
  readonly #still: HTMLElement;
  readonly #place: HTMLElement;
  readonly #onZoom: (isZoomed: boolean) => void;
  #figure: Figure;
  #chart: Chart | undefined;
  #range: readonly [number, number] = [0, 100];

  constructor(figure: Figure, box: HTMLElement, stage: Stage, onZoom: (isZoomed: boolean) => void) {
    this.#figure = figure;
    this.#stage = stage;
    this.#still = box;
    this.#onZoom = onZoom;
    this.#place = document.createElement('div');
    this.#place.className = 'live-picture';
  }

  get figure(): Figure {
    return this.#figure;
  }

  get canZoom(): boolean {
    return this.#figure.spec.kind === 'lines';
  }

  /** From now on it is drawn here. */
  mount(): void {
    if (this.#chart !== undefined) return;
    const width = this.#still.clientWidth;
    this.#still.append(this.#place);
    this.#still.classList.add('is-live');
    this.#chart = init(this.#place, null, { renderer: 'svg', width, height: 100 });
    this.#chart.on('datazoom', () => this.#zoomed());
    this.draw();
    if (!this.canZoom) return;
    this.#place.tabIndex = 0;
    this.#place.setAttribute('role', 'application');
    this.#place.setAttribute(
      'aria-label',
      `${this.#figure.title}: plus and minus zoom, arrows move, 0 shows all`,
    );
    this.#place.addEventListener('keydown', (event) => this.#key(event));
    this.#place.addEventListener('dblclick', () => this.zoomTo(0, 100));
  }

  show(figure: Figure): void {
    this.#figure = figure;
    this.draw();
  }

  #look(width: number): Look {
    const { systems, hidden } = this.#stage;
    const theme = DARK_WISH.matches ? DARK : LIGHT;
    return { theme, width, systems, hidden };
  }

  #tooltip(look: Look): Option {
    const { kind } = this.#figure.spec;
    return {
      trigger: kind === 'points' ? 'item' : 'axis',
      axisPointer: { type: kind === 'lines' ? 'line' : 'shadow', label: { show: false } },
      className: 'tip',
      confine: true,
      transitionDuration: 0,
      backgroundColor: '',
      borderWidth: 0,
      padding: 0,
      extraCssText: 'box-shadow:none',
      formatter: (told: Pointed | readonly Pointed[]) => {
        const pointed = Array.isArray(told) ? (told as readonly Pointed[])[0] : (told as Pointed);
        return pointed === undefined ? '' : tipElement(this.#figure, look, pointed);
      },
    };
  }

  draw(): void {
    const chart = this.#chart;
    if (chart === undefined) return;
    const width = this.#still.clientWidth;
    if (width === 0) return; // on paper, or folded away
    const look = this.#look(width);
    chart.resize({ width, height: heightOf(this.#figure, look) });
    const option = optionOf(this.#figure, { ...look, tooltip: this.#tooltip(look) });
    const [start, end] = this.#range;
    const zoom = {
      dataZoom: [
        {
          type: 'inside',
          xAxisIndex: 0,
          start,
          end,
          zoomOnMouseWheel: 'ctrl',
          moveOnMouseMove: false,
          moveOnMouseWheel: false,
          preventDefaultMouseMove: false,
        },
      ],
      toolbox: { show: true, left: -200, feature: { dataZoom: { yAxisIndex: false } } },
    };
    chart.setOption({ ...option, ...(this.canZoom && zoom) }, { notMerge: true });
    if (this.canZoom) {
      chart.dispatchAction({
        type: 'takeGlobalCursor',
        key: 'dataZoomSelect',
        dataZoomSelectActive: true,
      });
    }
  }

  /** Percent of the whole. */
  zoomTo(start: number, end: number): void {
    this.#range = [Math.max(0, start), Math.min(100, end)];
    this.draw();
    this.#onZoom(this.#range[0] > 0 || this.#range[1] < 100);
  }

  /** Closer below 1, farther above. */
  zoomBy(factor: number): void {
    const [start, end] = this.#range;
    const half = ((end - start) / 2) * factor;
    const middle = (start + end) / 2;
    this.zoomTo(middle - half, middle + half);
  }

  #zoomed(): void {
    const [zoom] =
      (this.#chart!.getOption() as { dataZoom?: { start: number; end: number }[] }).dataZoom ?? [];
    if (zoom === undefined) return;
    this.#range = [zoom.start, zoom.end];
    this.#onZoom(zoom.start > 0 || zoom.end < 100);
  }

  #key(event: KeyboardEvent): void {
    const [start, end] = this.#range;
    const by = (end - start) / 4;
    const move = Math.max(-start, event.key === 'ArrowLeft' ? -by : Math.min(by, 100 - end));
    if (event.key === '+' || event.key === '=') this.zoomBy(0.5);
    else if (event.key === '-') this.zoomBy(2);
    else if (event.key === '0') this.zoomTo(0, 100);
    else if (event.key === 'ArrowLeft' || event.key === 'ArrowRight')
      this.zoomTo(start + move, end + move);
    else return;
    event.preventDefault();
  }
}

/** Calls when the reader's wish for dark pages changes. */
export function onThemeChange(heard: () => void): void {
  DARK_WISH.addEventListener('change', heard);
}

export function isDark(): boolean {
  return DARK_WISH.matches;
}
