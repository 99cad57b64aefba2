/** What was run: with what, on what, and what a reader has to know of the trace. */
import { MS_PER_MINUTE } from '../../abi/unit.ts';
import { escapeHtml } from '../escape.ts';
import type { Details } from '../detail.ts';
import { missingLines, repairLines } from '../remarks.ts';
import type { Results } from '../results.ts';
import { shortageLines } from '../shortage.ts';
import { formatCount, formatMs, formatNumber } from '../unit.ts';
import { paragraph, section, tableHtml } from './html.ts';
import { term } from './glossary.ts';

/** Text of a value of the configuration: names with what they are, commas between. */
function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.map(valueText).join(', ');
  if (typeof value !== 'object' || value === null) return String(value);
  const parts = Object.entries(value).map(([name, inner]) => `${name} ${valueText(inner)}`);
  return parts.length === 0 ? 'as it is' : parts.join(', ');
}

/** Of functions that are like measured ones: their size alone is a parameter. */
function functionsText(value: unknown): string {
  const { model, residentShare } = value as Readonly<Record<string, unknown>>;
  return model === 'measured'
    ? `each like a measured one, with shares of its own; residentShare ${valueText(residentShare)}`
    : valueText(value);
}

function configurationText(name: string, value: unknown): string {
  const isGroup = typeof value === 'object' && value !== null;
  return name === 'functions' && isGroup ? functionsText(value) : valueText(value);
}

function entry(name: string, html: string): string {
  return `<div><dt>${escapeHtml(name)}</dt><dd>${html}</dd></div>`;
}

/** `warmupMinutes` as `Warmup minutes`. */
function headOf(name: string): string {
  if (name === 'trace') return 'Source';
  const words = name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return `${words[0]!.toUpperCase()}${words.slice(1)}`;
}

function traceText({ trace, seed }: Results): string {
  const { name, functions, invocations, spanMs, format, isDrawn } = trace;
  const from = format === undefined ? '' : ` (${format})`;
  const drawn =
    isDrawn === undefined
      ? ''
      : isDrawn
        ? ' Counts of calls a minute are the trace’s; instants within the minute and durations of single calls are drawn, from the seed.'
        : ' Instants and durations of calls are the trace’s own.';
  return escapeHtml(
    `${name}${from}: ${formatCount(invocations)} calls of ${formatCount(functions)} functions in ${formatNumber(spanMs / MS_PER_MINUTE)} minutes, seed ${seed}.${drawn}`,
  );
}

function quoted(word: string): string {
  return /^[\w./:=,@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

function madeEntries({ made, configuration = {}, wall }: Results): string[] {
  const shown = Object.entries(configuration).filter(
    ([name, value]) => value !== undefined && !['systems', 'seed', 'outputs'].includes(name),
  );
  const { versions, command } = made ?? {};
  return [
    ...(command === undefined
      ? []
      : [entry('Command', `<code>${escapeHtml(command.map(quoted).join(' '))}</code>`)]),
    ...shown.map(([name, value]) =>
      entry(headOf(name), escapeHtml(configurationText(name, value))),
    ),
    ...(versions === undefined
      ? []
      : [
          entry(
            'Versions',
            escapeHtml(
              `guestmem ${versions.guestmem}, core ${versions.core}, interface ${versions.abi}`,
            ),
          ),
        ]),
    entry(
      'Real time',
      escapeHtml(
        `${formatMs(wall.ms)} for all systems, ${formatCount(wall.pageOpsPerSecond)} page operations a second`,
      ),
    ),
  ];
}

export function runSection(results: Results, { sentences = {} }: Details): string {
  const remarks = [
    ...missingLines(results),
    ...repairLines(results.trace),
    ...shortageLines(results),
  ];
  const rows = results.systems.map(({ name, pageOps, hash }) => [
    { value: name },
    { value: sentences[name] ?? '' },
    { value: pageOps, unit: 'count' as const },
    { value: hash },
  ]);
  return section(
    'run',
    'What was run',
    `<dl class="facts">${[entry('Trace', traceText(results)), ...madeEntries(results)].join('')}</dl>`,
    remarks.length === 0
      ? ''
      : `<ul class="remarks">${remarks.map((line) => `<li>${escapeHtml(line)}</li>`).join('')}</ul>`,
    tableHtml(
      'Systems that were compared',
      [{ head: 'system' }, { head: 'what it is' }, { head: 'page operations' }, { head: 'hash' }],
      rows,
      ' class="prose"',
    ),
    paragraph(`Same trace and seed give the same ${term('hash', 'hashes')}.`),
  );
}
