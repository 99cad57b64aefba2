/** The words of the page, each said in a sentence: on hover where they stand, and together at the end. */
import { escapeHtml } from '../escape.ts';

export const GLOSSARY = {
  'cold start':
    'A call for which a container had to be started, because none of its function was idle.',
  'start-up':
    'From a cold call’s arrival to its handler’s first instruction: sandbox, then the function’s own runtime and the memory that it touches.',
  sandbox:
    'The part of a start-up before the function’s own runtime begins: what the system itself is answerable for.',
  p50: 'Median: half of the values are at most this.',
  p95: '95 of 100 values are at most this.',
  p99: '99 of 100 values are at most this; a value that occurred.',
  footprint: 'Host memory held for the VMs of a system, all causes, mean over the measured time.',
  overhead:
    'Of the footprint, what is not the functions’ own memory: kernels, VMM processes, page tables, memory that is free in guests.',
  peak: 'The most at any instant.',
  'GiB·s': 'Gibibytes held times seconds: the integral of the footprint, what memory costs.',
  wasted:
    'Memory of containers that nobody called, times how long they were idle: the price of keeping them alive.',
  slowdown: 'Execution time of calls over their undisturbed execution time; 1 is undisturbed.',
  slower: 'By how much calls took longer than undisturbed: slowdown without the 1.',
  CPU: 'Processor time of starts and of memory management, of guests and host together; the functions’ own work is not in it.',
  reclaim:
    'The host asks guests to give memory back: asked for, got, and how many pages had to be moved for it.',
  'keep-alive': 'How long a container without a call is kept before it ends.',
  container:
    'A sandbox of one function, which runs one call at a time. As a step: its creation in the guest.',
  VM: 'A microVM: a guest kernel of its own, in a process of the host.',
  SCPV: 'Single container per VM: each sandbox has its own guest kernel.',
  MCPV: 'Many containers of a function per VM: they share a guest kernel, and the VM has to grow and shrink with them.',
  CZone:
    'A movable memory zone of one container: when it ends, whole 2 MiB blocks are free without moving a page.',
  balloon: 'A device whose driver takes pages from the guest and hands them to the host.',
  'virtio-mem': 'A device that plugs and unplugs a guest’s memory in blocks.',
  'unusable free space index':
    'Share of free memory in blocks too small for an order; here for 2 MiB.',
  guestOs: 'Guest kernels: text, data, slab, page structures; template pages count once.',
  vmm: 'As a cause of memory: VMM processes. As a step: the VMM’s start.',
  fileShared: 'File pages that more than one container may use.',
  anonymous: 'Anonymous and private file pages of containers: the functions’ own memory.',
  idleUnused: 'Backed by the host although free in the guest.',
  pageTables: 'Page tables of the guests’ processes, and the host’s own for the guests.',
  hostCache: 'The host’s own copies of the guests’ files.',
  contention: 'Step: what a VM’s start takes longer because of others that start on its host.',
  parent: 'Step: for the VM that others are forked from, when it had to be booted first.',
  kernel: 'Step: the guest kernel boots.',
  agent: 'Step: after a boot, init, root file system and the agent that takes orders.',
  clone: 'Step: a VM comes from a template, an image or another VM, to an agent that answers.',
  cloneMemory: 'Step: pages that a clone touches or copies until its agent answers.',
  wait: 'Step: for a VM that is still starting, or is giving memory back.',
  resume: 'Step: the VM that was chosen is suspended, and comes back.',
  zone: 'Step: blocks of a container’s zone come from the host.',
  grow: 'Step: memory comes to the VM by its device: plugged, or out of the balloon.',
  runtime: 'Step: the function’s own runtime starts, which is the same in all systems.',
  memory: 'Step: memory that the runtime touches: page faults in guest and host.',
  warm: 'A call that found an idle container of its function.',
  queued: 'A call that waited until there was memory, then ran.',
  refused: 'A call that never ran: there was no memory for it.',
  'third quartile of functions':
    'Of each function the share of its calls that started cold; three in four functions have at most this.',
  'started ahead': 'Containers that the keep-alive policy had started before a call came.',
  'idle container hours': 'How long containers were without a call, added up.',
  ratio: 'Memory held over time, over that of the first system.',
  asked: 'Memory that the host wanted back from guests.',
  got: 'What of it came.',
  'pages migrated': 'Pages that a guest moved elsewhere so that memory could be given back.',
  'price level':
    'Times are counts times published prices. Each price has a low, a typical and a high figure; a level takes that of all of them.',
  hash: 'Fingerprint of the final memory state and all figures: same trace and seed, same hash, on any machine.',
} as const;

export type Word = keyof typeof GLOSSARY;

function anchorOf(word: string): string {
  return `word-${word.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`;
}

/** A word with its meaning on hover; it leads to the list. */
export function term(word: Word, text: string = word): string {
  return `<a class="term" href="#${anchorOf(word)}" title="${escapeHtml(GLOSSARY[word])}">${escapeHtml(text)}</a>`;
}

/** A word that may be of the list or not. */
export function termOr(text: string): string {
  return Object.hasOwn(GLOSSARY, text) ? term(text as Word) : escapeHtml(text);
}

export function glossaryHtml(): string {
  const entries = Object.entries(GLOSSARY).map(
    ([word, meaning]) =>
      `<div id="${anchorOf(word)}"><dt>${escapeHtml(word)}</dt><dd>${escapeHtml(meaning)}</dd></div>`,
  );
  return `<dl class="glossary">${entries.join('')}</dl>`;
}
