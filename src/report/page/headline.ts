/** What came out, in words: who is ahead, by how much, and whether prices could turn it. */
import { TOLERANCE } from '../conclusions.ts';
import { escapeHtml } from '../escape.ts';
import { type Judged, type LevelFigures, type Details } from '../detail.ts';
import type { PriceEffects, Results, SystemResult } from '../results.ts';
import { sensitiveBase } from '../sensitivity.ts';
import { formatMs, formatNumber, formatRatio } from '../unit.ts';
import { term } from './glossary.ts';
import { whyHtml } from './why.ts';

type Question = {
  readonly figure: 'footprintGiBSeconds' | 'sandboxMs' | 'startupMs';
  readonly what: string;
  readonly format: (value: number) => string;
};

const QUESTIONS: readonly Question[] = [
  {
    figure: 'footprintGiBSeconds',
    what: 'holds the least memory',
    format: (value) => `${formatNumber(value)} GiB·s`,
  },
  { figure: 'sandboxMs', what: 'has the fastest sandbox starts', format: formatMs },
  { figure: 'startupMs', what: 'has the fastest whole start-ups', format: formatMs },
];

function ranked(systems: readonly SystemResult[], figure: Question['figure']): SystemResult[] {
  return systems.toSorted((a, b) => sensitiveBase(a, figure) - sensitiveBase(b, figure));
}

/** Who is first at a level of prices. */
function leaderAt(
  levels: readonly LevelFigures[],
  figure: Judged,
  level: 0 | 2,
): LevelFigures | undefined {
  return levels.toSorted((a, b) => a.figures[figure][level] - b.figures[figure][level])[0];
}

function strong(text: string): string {
  return `<strong>${escapeHtml(text)}</strong>`;
}

/** Whether other levels of prices have another leader, by more than what counts as equal. */
function sureness({ figure, format }: Question, leader: string, { levels = [] }: Details): string {
  if (figure === 'footprintGiBSeconds') return 'Memory is counted page by page, not priced.';
  const own = levels.find(({ system }) => system === leader)?.figures[figure];
  if (own === undefined) return '';
  const others = ([0, 2] as const).flatMap((level) => {
    const found = leaderAt(levels, figure, level)!;
    const isBehind = own[level] > found.figures[figure][level] * (1 + TOLERANCE);
    return isBehind ? [`at ${level === 0 ? 'low' : 'high'} prices ${found.system} is ahead`] : [];
  });
  const range = `${format(own[0])} to ${format(own[2])} from low to high prices`;
  return others.length === 0
    ? `Sure over prices: ${range}, and ahead at both ends.`
    : `Not sure over prices: ${range}; ${escapeHtml(others.join(', '))}.`;
}

/** Under how many seeds the leader is level with the best or ahead. */
function overSeeds({ figure }: Question, leader: string, { seeds }: Results): string {
  if (seeds === undefined || seeds.seeds.length < 2) return '';
  const own = seeds.systems.find(({ name }) => name === leader)?.figures[figure].perSeed;
  if (own === undefined) return '';
  const best = seeds.seeds.map((_, at) =>
    Math.min(...seeds.systems.map(({ figures }) => figures[figure].perSeed[at]!)),
  );
  const ahead = own.filter((value, at) => value <= best[at]! * (1 + TOLERANCE)).length;
  return ahead === own.length
    ? ` Ahead under all ${own.length} seeds.`
    : ` Ahead under ${ahead} of ${own.length} seeds.`;
}

function list(names: readonly string[]): string {
  const [first, second, ...more] = names;
  const rest = more.length === 0 ? '' : ` and ${more.length} more`;
  return escapeHtml([first, second].filter((name) => name !== undefined).join(', ')) + rest;
}

function claim(question: Question, results: Results, details: Details): string {
  const { figure, what, format } = question;
  const [leader, ...others] = ranked(results.systems, figure) as [SystemResult, ...SystemResult[]];
  const [first] = results.systems;
  const value = sensitiveBase(leader, figure);
  const level = others.filter((one) => sensitiveBase(one, figure) <= value * (1 + TOLERANCE));
  const next = others[level.length];
  const toFirst =
    leader === first || level.includes(first!)
      ? ''
      : `, ${formatRatio(value / sensitiveBase(first!, figure))} of ${escapeHtml(first!.name)}’s`;
  const tied =
    level.length === 0 ? '' : `; within 1 % of it ${list(level.map(({ name }) => name))}`;
  const toNext =
    next === undefined
      ? ''
      : `; next is ${escapeHtml(next.name)} with ${format(sensitiveBase(next, figure))}`;
  const against = toFirst === '' ? next : first;
  const reason = against === undefined ? '' : whyHtml(figure, leader, against);
  const why = reason === '' ? '' : `<span class="why">${reason}</span> `;
  return `<li>${strong(leader.name)} ${what}: ${strong(format(value))}${toFirst}${tied}${toNext}. ${why}<span class="sure">${sureness(question, leader.name, details)}${overSeeds(question, leader.name, results)}</span></li>`;
}

/** How many orders of systems single prices turn. */
function flipsText(prices: readonly PriceEffects[]): string {
  const turning = prices.filter(({ flips }) => flips.length > 0);
  if (turning.length === 0)
    return `None of ${prices.length} prices, at its low or high end, turns the order of two systems.`;
  const flips = turning.reduce((sum, { flips: all }) => sum + all.length, 0);
  const names = turning.slice(0, 4).map(({ price }) => `<code>${escapeHtml(price)}</code>`);
  const more = turning.length > 4 ? ` and ${turning.length - 4} more` : '';
  return `${turning.length} of ${prices.length} prices can turn the order of two systems in some figure (${flips} times in all): ${names.join(', ')}${more}. See <a href="#prices">Prices</a>.`;
}

/** Who wins in a sentence: one system at both, or what the two leaders give up. */
function verdict({ systems }: Results): string {
  const [lean, fast] = [
    ranked(systems, 'footprintGiBSeconds')[0]!,
    ranked(systems, 'sandboxMs')[0]!,
  ];
  const isLevel = sensitiveBase(lean, 'sandboxMs') <= fast.sandboxMs.mean * (1 + TOLERANCE);
  if (isLevel) {
    return `${strong(lean.name)} wins both by memory and by sandbox starts.`;
  }
  const slower = formatNumber(lean.sandboxMs.mean / fast.sandboxMs.mean);
  const larger = formatNumber(fast.footprintGiBSeconds / lean.footprintGiBSeconds);
  return `${strong(lean.name)} wins by memory, ${strong(fast.name)} by sandbox starts. The first takes ${slower} times as long to start a sandbox as the second, which holds ${larger} times as much memory.`;
}

export function headlineHtml(results: Results, details: Details): string {
  const started = results.systems.some(({ starts }) => starts.cold > 0);
  const asked =
    results.systems.length < 2
      ? []
      : QUESTIONS.filter(({ figure }) => started || figure === 'footprintGiBSeconds');
  const claims = asked.map((question) => claim(question, results, details));
  const sensitivity = results.sensitivity ?? details.sensitivity;
  const turns =
    sensitivity === undefined || asked.length === 0
      ? ''
      : `<li>${flipsText(sensitivity.prices)}</li>`;
  const wins =
    asked.length > 1 && results.systems.every(({ starts }) => starts.cold > 0)
      ? `<p class="verdict">${verdict(results)}</p>`
      : '';
  const seeds = results.seeds === undefined ? 'one seed' : `${results.seeds.seeds.length} seeds`;
  const drawn =
    results.trace.isDrawn === true
      ? ' The trace says how many calls a minute had; instants and durations within are drawn from the seed.'
      : '';
  return [
    wins,
    `<p class="lead">Pages are emulated one by one; times are modelled, counts times published prices. This is ${seeds}, at the ${term('price level', 'price level')} of the run.${drawn}</p>`,
    claims.length > 0 ? `<ul class="claims">${claims.join('')}${turns}</ul>` : '',
  ]
    .filter((part) => part !== '')
    .join('\n');
}
