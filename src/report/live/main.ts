/** The script of report.html. The page is whole without it. */
import { tornadoId } from '../figure/figures.ts';
import { type Figure, tableOf } from '../figure/spec.ts';
import type { PageData } from '../page.ts';
import { type Kind, saveFigure } from './file.ts';
import { liveFunctions } from './functions.ts';
import { liveMaps } from './maps.ts';
import { Picture, type Stage, onThemeChange } from './picture.ts';
import { makeSortable, putTable } from './table.ts';

const data = JSON.parse(document.querySelector('#data')!.textContent) as PageData;
const stage: Stage = { systems: data.systems, hidden: new Set() };
const pictures = new Map<HTMLElement, Picture>();

function button(text: string, name: string, click: () => void): HTMLButtonElement {
  const made = document.createElement('button');
  made.type = 'button';
  made.textContent = text;
  made.setAttribute('aria-label', name);
  made.addEventListener('click', click);
  return made;
}

/** Zoom, and files. */
function tools(box: HTMLElement, picture: Picture): (isZoomed: boolean) => void {
  const { title } = picture.figure;
  const all = button('Show all', `Show all of ${title}`, () => picture.zoomTo(0, 100));
  all.disabled = true;
  if (picture.canZoom) {
    box.append(
      button('+', `Zoom into ${title}`, () => picture.zoomBy(0.5)),
      button('−', `Zoom out of ${title}`, () => picture.zoomBy(2)),
      all,
    );
  }
  for (const kind of ['SVG', 'PNG', 'CSV'] as const satisfies readonly Kind[]) {
    box.append(button(kind, `${title} as ${kind}`, () => saveFigure(kind, picture.figure, stage)));
  }
  return (isZoomed) => {
    all.disabled = !isZoomed;
  };
}

/** Long tables are made when somebody opens them. */
function numbers(element: HTMLElement, picture: Picture): void {
  const details = element.querySelector('details');
  details?.addEventListener('toggle', () => {
    const box = details.querySelector<HTMLElement>('.table-here');
    if (!details.open || box?.dataset['long'] === undefined) return;
    delete box.dataset['long'];
    putTable(box, picture.figure.title, tableOf(picture.figure.spec));
  });
}

function bring(element: HTMLElement, figure: Figure): Picture {
  let told: ((isZoomed: boolean) => void) | undefined;
  const box = element.querySelector<HTMLElement>('.picture')!;
  const picture = new Picture(figure, box, stage, (isZoomed) => told?.(isZoomed));
  told = tools(element.querySelector<HTMLElement>('.tools')!, picture);
  numbers(element, picture);
  pictures.set(element, picture);
  return picture;
}

function redraw(): void {
  for (const picture of pictures.values()) picture.draw();
}

/** A name in any legend hides its system in all pictures, or shows it again. */
function legends(): void {
  const buttons: HTMLButtonElement[] = [];
  for (const item of document.querySelectorAll<HTMLElement>('.legend li[data-system]')) {
    const name = item.dataset['system']!;
    const made = document.createElement('button');
    made.type = 'button';
    made.setAttribute('aria-pressed', 'true');
    made.title = `Hide or show ${name} in all figures`;
    made.append(...item.childNodes);
    made.addEventListener('click', () => {
      if (!stage.hidden.delete(name)) stage.hidden.add(name);
      for (const one of buttons) {
        if (one.parentElement!.dataset['system'] === name)
          one.setAttribute('aria-pressed', String(!stage.hidden.has(name)));
      }
      redraw();
    });
    item.append(made);
    buttons.push(made);
  }
}

function tornado(element: HTMLElement, picture: Picture): void {
  const figure = document.querySelector<HTMLSelectElement>('#tornado-figure');
  const system = document.querySelector<HTMLSelectElement>('#tornado-system');
  if (figure === null || system === null) return;
  const show = (): void => {
    const id = tornadoId(figure.value, system.value);
    const found = data.tornados.find((one) => one.id === id);
    const [title, note] = [element.querySelector('h3')!, element.querySelector('figcaption p')!];
    element.querySelector<HTMLElement>('.picture')!.hidden = found === undefined;
    title.textContent = found?.title ?? `Nothing moves this of ${system.value}`;
    note.textContent = found?.note ?? 'No price changes it by a twentieth of a percent.';
    if (found === undefined) return;
    picture.show(found);
    putTable(element.querySelector<HTMLElement>('.table-here')!, found.title, tableOf(found.spec));
  };
  figure.addEventListener('change', show);
  system.addEventListener('change', show);
}

function start(): void {
  const byId = new Map([...data.figures, ...data.tornados].map((figure) => [figure.id, figure]));
  const seen = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (isIntersecting) pictures.get(target as HTMLElement)?.mount();
      }
    },
    { rootMargin: '400px' },
  );
  for (const element of document.querySelectorAll<HTMLElement>('figure[data-figure]')) {
    const figure = byId.get(element.dataset['figure']!);
    if (figure === undefined) continue;
    const picture = bring(element, figure);
    seen.observe(element);
    if (figure.spec.kind === 'tornado') tornado(element, picture);
  }
  legends();
  liveFunctions(data.functions);
  liveMaps(data.maps);
  for (const table of document.querySelectorAll<HTMLTableElement>('table.sortable'))
    makeSortable(table);
  for (const choices of document.querySelectorAll<HTMLElement>('.choices')) choices.hidden = false;
  onThemeChange(redraw);
  let due = 0;
  addEventListener('resize', () => {
    clearTimeout(due);
    due = Number(setTimeout(redraw, 100));
  });
  document.documentElement.dataset['live'] = '';
}

start();
