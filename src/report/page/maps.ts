/** Memory maps of two systems side by side: the script has a slider over all moments, and lets others be chosen. */
import { FRAMES_PER_MIB, MS_PER_MINUTE } from '../../abi/unit.ts';
import {
  type EncodedReel,
  type LegendRow,
  type MapReel,
  cssColour,
  decodeReel,
  foldOwners,
  legendOf,
  mapPicture,
  paletteOf,
} from '../../map/index.ts';
import type { Details } from '../detail.ts';
import { escapeHtml } from '../escape.ts';
import { told } from '../figure/spec.ts';
import type { Results } from '../results.ts';
import { formatNumber } from '../unit.ts';
import { absent, paragraph, section, tableHtml } from './html.ts';

/** A moment of a run as the page says it. */
export function momentText(atMs: number): string {
  return told(atMs / MS_PER_MINUTE, 'minutes');
}

/** The systems that are shown first: the first, and the leanest of those that need fewer VMs, or else of all others. */
export function shownFirst({ systems }: Results, maps: readonly EncodedReel[]): string[] {
  const has = (name: string): boolean => maps.some((one) => one.name === name);
  const [first, ...others] = systems.filter(({ name }) => has(name));
  const fewer = others.filter(({ vms }) => vms.mean < first!.vms.mean);
  const [leanest] = (fewer.length > 0 ? fewer : others).toSorted(
    (a, b) => a.footprintGiBSeconds - b.footprintGiBSeconds,
  );
  return [first, leanest].flatMap((one) => (one === undefined ? [] : [one.name]));
}

function mib(frames: number): string {
  return formatNumber(frames / FRAMES_PER_MIB);
}

function legendHtml(rows: readonly LegendRow[]): string {
  const items = foldOwners(rows).map(({ name, colour, frames }) => {
    const swatch = `<svg class="swatch" width="13" height="13" aria-hidden="true"><rect x=".5" y=".5" width="12" height="12" fill="${cssColour(colour)}" stroke="currentColor"/></svg>`;
    return `<li>${swatch}${escapeHtml(name)} ${mib(frames)} MiB</li>`;
  });
  return `<ul class="legend">${items.join('')}</ul>`;
}

/** A system's last moment. */
function stillHtml(reel: MapReel): string {
  const instant = reel.instants.at(-1)!;
  const { map, note = '', atMs } = instant;
  const title = `${reel.name} at ${momentText(atMs)}: ${note}`;
  const rows = legendOf(reel, map, paletteOf('light'));
  const table = tableHtml(
    title,
    ['memory', 'MiB', 'of it host-backed, MiB'].map((head) => ({ head })),
    rows.map(({ name, frames, backed }) => [
      { value: name },
      { value: frames / FRAMES_PER_MIB, unit: 'number' },
      { value: backed / FRAMES_PER_MIB, unit: 'number' },
    ]),
  );
  return `<figure class="map"><figcaption><h3>${escapeHtml(title)}</h3></figcaption>
<div class="picture"><div class="still">${mapPicture(reel, map, `Memory map of ${title}`)}</div></div>${legendHtml(rows)}
<details class="numbers"><summary>Numbers<span class="aside"> of the map of ${escapeHtml(reel.name)}</span></summary>${table}</details></figure>`;
}

function choiceHtml(id: string, label: string, names: readonly string[], chosen: string): string {
  const options = names.map(
    (name) => `<option${name === chosen ? ' selected' : ''}>${escapeHtml(name)}</option>`,
  );
  return `<label for="${id}">${label}</label> <select id="${id}">${options.join('')}</select>`;
}

export function mapsSection(results: Results, { maps = [] }: Details): string {
  const title = 'Memory maps';
  if (maps.length === 0) {
    return section('maps', title, absent('memory maps (guestmem replay --maps 24)'));
  }
  const shown = shownFirst(results, maps);
  const names = maps.map(({ name }) => name);
  const choices = shown.map((name, at) =>
    choiceHtml(`maps-${at}`, at === 0 ? 'Left' : 'Right', names, name),
  );
  const stills = shown.map((name) => stillHtml(decodeReel(maps.find((one) => one.name === name)!)));
  const { subject } = maps[0]!;
  return section(
    'maps',
    title,
    paragraph(
      `Guest-physical memory of the VMs that run ${subject === undefined ? 'one function' : escapeHtml(subject)}, at the same instants. A square is a pageblock of 2 MiB, 8 × 8 of them a memory block of 128 MiB; VMs stand apart. Squares fill from below with what is in use, in the colour of who has the most, pale where the host has no memory behind it. Green is free in the guest and still held by the host. What a VM shares with its template or image, read by then or not, is drawn as its own: how much it shares is under Memory.`,
    ),
    `<p class="choices" hidden>${choices.join(' ')}</p>`,
    `<div id="maps-view" hidden></div><div id="maps-still" class="grid w560">${stills.join('')}</div>`,
  );
}
