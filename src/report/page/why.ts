/** Why a system is ahead of another: which causes of memory, or which steps of a start, make the difference, from the run's numbers. */
import { escapeHtml } from '../escape.ts';
import { FOOTPRINT_CAUSES, type SystemResult } from '../results.ts';
import { formatBytes, formatMs, formatNumber } from '../unit.ts';
import { GLOSSARY, type Word, term } from './glossary.ts';

/** Causes and steps in the middle of a sentence; the others are told by their names. */
const WORDS: Readonly<Partial<Record<Word, string>>> = {
  guestOs: 'of guest kernels',
  vmm: 'of the VMM',
  fileShared: 'of shared files',
  anonymous: 'of the functions’ own memory',
  idleUnused: 'free in guests but held',
  pageTables: 'of page tables',
  hostCache: 'of the host’s copies of files',
  contention: 'waiting for other starts',
  parent: 'for the parent VM',
  kernel: 'of kernel boot',
  agent: 'until the guest’s agent answers',
  clone: 'of cloning',
  cloneMemory: 'of the clone’s memory',
  wait: 'waiting for a VM',
  resume: 'of resuming a VM',
  zone: 'for the zone’s blocks',
  grow: 'for the VM’s memory',
  container: 'of container creation',
  runtime: 'of the runtime’s start',
  memory: 'of page faults of the runtime',
};

function wordOf(name: string): string {
  if (!Object.hasOwn(GLOSSARY, name)) return escapeHtml(name);
  return term(name as Word, WORDS[name as Word] ?? name);
}

/** What a difference is made of: how much less one has of it than the other. */
type Part = { readonly name: string; readonly less: number };

/** Parts that are told make up so much of what is less, and there are at most so many. */
const TOLD_SHARE = 0.8;
const TOLD_MOST = 3;
/** A part in which the leader has more is told from this share of the difference on. */
const MORE_LEAST = 0.1;
/** So much fewer VMs are a reason. */
const FEWER_VMS = 0.9;

/** The largest parts until most of the difference is told. */
function largest(parts: readonly Part[]): Part[] {
  const less = parts.filter((part) => part.less > 0).toSorted((a, b) => b.less - a.less);
  const all = less.reduce((sum, part) => sum + part.less, 0);
  let told = 0;
  return less.slice(0, TOLD_MOST).filter((part) => {
    const isTold = told < TOLD_SHARE * all;
    told += part.less;
    return isTold;
  });
}

function made(parts: readonly Part[], format: (value: number) => string): string {
  const difference = parts.reduce((sum, part) => sum + part.less, 0);
  const most = parts.toSorted((a, b) => a.less - b.less)[0];
  const told = largest(parts).map(({ name, less }) => `${format(less)} ${wordOf(name)}`);
  const more =
    most !== undefined && -most.less > MORE_LEAST * difference
      ? `, but ${format(-most.less)} more ${wordOf(most.name)}`
      : '';
  return `${told.join(', ')}${more}`;
}

/** How the two keep their containers, where that differs. */
function vmsText(leader: SystemResult, other: SystemResult): string {
  if (leader.vms.mean > FEWER_VMS * other.vms.mean) return '';
  const [own, theirs] = [leader, other].map(({ vms }) => formatNumber(vms.mean));
  return ` Its containers lie in ${own} VMs in the mean, the other’s in ${theirs}.`;
}

function memoryWhy(leader: SystemResult, other: SystemResult): string {
  const parts = FOOTPRINT_CAUSES.map((name) => ({
    name,
    less: other.footprintBy[name] - leader.footprintBy[name],
  }));
  const less = other.footprintBytes.mean - leader.footprintBytes.mean;
  return `${formatBytes(less)} less than ${escapeHtml(other.name)} in the mean, of it ${made(parts, formatBytes)}.${vmsText(leader, other)}`;
}

/** Steps that are the function's own and come last: not the sandbox's. */
const OWN_STEPS: readonly string[] = ['runtime', 'memory'];

function runningText(leader: SystemResult, other: SystemResult): string {
  const share = leader.containers.runningVmShare;
  if (share <= other.containers.runningVmShare) return '';
  return ` ${formatNumber(100 * share)} % of its containers start in a VM that runs already.`;
}

function startWhy(
  figure: 'sandboxMs' | 'startupMs',
  leader: SystemResult,
  other: SystemResult,
): string {
  const [own, theirs] = [leader.startupMs.steps, other.startupMs.steps];
  const names = [...new Set([...Object.keys(theirs), ...Object.keys(own)])];
  const parts = names
    .filter((name) => figure === 'startupMs' || !OWN_STEPS.includes(name))
    .map((name) => ({ name, less: (theirs[name] ?? 0) - (own[name] ?? 0) }));
  const less = other[figure].mean - leader[figure].mean;
  return `${formatMs(less)} less than ${escapeHtml(other.name)} in the mean, of it ${made(parts, formatMs)}.${runningText(leader, other)}`;
}

/** In sentences, as HTML; nothing where the leader is not ahead. */
export function whyHtml(
  figure: 'footprintGiBSeconds' | 'sandboxMs' | 'startupMs',
  leader: SystemResult,
  other: SystemResult,
): string {
  const isAhead =
    figure === 'footprintGiBSeconds'
      ? leader.footprintBytes.mean < other.footprintBytes.mean
      : leader[figure].mean < other[figure].mean;
  if (!isAhead) return '';
  const text =
    figure === 'footprintGiBSeconds' ? memoryWhy(leader, other) : startWhy(figure, leader, other);
  return `Why: ${text}`;
}
