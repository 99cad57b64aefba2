// What the verify build found: the rule broken, in words. The walk itself is
// assembly/verify/verify.ts.

import {
  GUEST_FAULT_EXPECTED_OFFSET,
  GUEST_FAULT_FOUND_OFFSET,
  GUEST_FAULT_PFN_OFFSET,
} from '../abi/layout.ts';
import * as rules from '../abi/rule.ts';
import { NUMBER, type Shape, TEXT, expectShape } from '../check/index.ts';
import { type Core, instanceOf } from './core.ts';
import { CoreError } from './error.ts';

/** One broken invariant. */
export interface Fault {
  /** RULE_* number. */
  readonly rule: number;
  /** What should hold, as a sentence. */
  readonly text: string;
  /** Frame, object or zone that breaks it; the sentence says which is meant. */
  readonly at: number;
  /** What should stand there, by the sentence's own measure. */
  readonly expected: number;
  /** What stands there. */
  readonly found: number;
}

const RULE_TEXT: ReadonlyMap<number, string> = new Map([
  [rules.RULE_LIST_LINK, 'Links of a list lead from head to tail and back (frame).'],
  [
    rules.RULE_LIST_STATE,
    'A member of a free list is marked free with the order of the list (frame).',
  ],
  [rules.RULE_LIST_ZONE, 'A member of a list lies in a pageblock of the zone of the list (frame).'],
  [rules.RULE_LIST_TYPE, 'A free block is on the list of the type of its pageblock (frame).'],
  [rules.RULE_LIST_ALIGNMENT, 'A block is aligned to its size (frame).'],
  [rules.RULE_FRAME_TWICE, 'A frame is in one place only (frame).'],
  [
    rules.RULE_ORDER_MASK,
    'The mask of non-empty orders says which lists have members (list head).',
  ],
  [rules.RULE_FREE_BY_ORDER, 'nr_free is the number of free blocks of the order (order).'],
  [rules.RULE_FREE_COUNT, 'NR_FREE_PAGES is what the free lists hold, ISOLATE apart (zone start).'],
  [rules.RULE_FREE_HIGHATOMIC, 'The free highatomic count is what its lists hold (zone start).'],
  [rules.RULE_UNMERGED, 'Two free buddies of mergeable types are merged (frame).'],
  [rules.RULE_REPORTED, 'Only free blocks of the reporting order or more are reported (frame).'],
  [rules.RULE_ISOLATED_BLOCKS, 'The count of isolated pageblocks is how many there are (zone).'],
  [
    rules.RULE_PCP_MEMBER,
    'A member of a per-cpu list is marked so, with the order of the list (frame).',
  ],
  [rules.RULE_PCP_COUNT, 'The per-cpu count is the number of frames on the lists (cpu).'],
  [rules.RULE_BALLOON_LIST, 'A member of the list of the balloon is a balloon page (frame).'],
  [rules.RULE_BALLOON_COUNT, 'Balloon pages are on its list or in limbo, and counted (frame).'],
  [
    rules.RULE_FRAME_NOWHERE,
    'A frame is on the list that its mark names, or inside a block (frame).',
  ],
  [rules.RULE_BLOCK_INTERIOR, 'Only the head of a block says anything (frame).'],
  [rules.RULE_FRAME_ZONE, 'Memory lies in a zone and inside its span (frame).'],
  [rules.RULE_PRESENT, 'Present is the number of frames of the zone that are memory (zone start).'],
  [rules.RULE_MANAGED, 'Managed is present less reserved, offline and ballooned (zone start).'],
  [rules.RULE_BACKED_COUNT, 'The backed count is the number of bits set.'],
  [rules.RULE_SHARED_COUNT, 'The shared count is the number of backed frames of the template.'],
  [
    rules.RULE_OBJECT_ENTRY,
    'An entry of an object names a frame marked as page of an object (frame).',
  ],
  [rules.RULE_OBJECT_RECORD, 'The record of an object page leads back to its entry (frame).'],
  [rules.RULE_MAP_COUNT, 'The map count of a page is the number of entries that name it (frame).'],
  [rules.RULE_OBJECT_PAGES, 'The pages of an object are as many as its table holds (object).'],
  [rules.RULE_OBJECT_ENTRIES, 'No entry lies past the end of its object (object).'],
  [
    rules.RULE_WRITE_PROTECTED,
    'A page mapped more than once is write-protected everywhere (frame).',
  ],
  [rules.RULE_KIN, 'Kin form a ring of live objects (object).'],
  [rules.RULE_OBJECT_ZONE, 'An object that was never forked has its pages in its zone (frame).'],
  [rules.RULE_OBJECT_COUNT, 'Objects are live and counted, or on the list of free ones (object).'],
  [rules.RULE_NODES, 'Nodes are in one table and counted, or on the list of free ones (node).'],
  [rules.RULE_MEMO_READ, 'A page that a memo claims is there, with host memory (object).'],
  [
    rules.RULE_MEMO_WRITTEN,
    'A page that a memo claims to be written is writable and private (object).',
  ],
  [rules.RULE_CZONE_CHAIN, 'The blocks of a CZone form one chain (frame).'],
  [rules.RULE_CZONE_BLOCKS, 'The block count of a CZone is the length of its chain (zone).'],
  [rules.RULE_CZONE_SIZE, 'A CZone has the frames of its blocks, within its limit (zone).'],
  [rules.RULE_CZONE_STRAY, 'Every pageblock of a CZone is in its chain (zone).'],
  [rules.RULE_CZONE_POOL, 'Blocks of the pool are chained, empty and in no zone (frame).'],
  [rules.RULE_CZONE_BACKED_FREE, 'A CZone counts its free frames with host memory (zone).'],
  [rules.RULE_CZONE_SHARED_OUT, 'A CZone counts what others map of its frames (zone).'],
  [
    rules.RULE_CZONE_OUTSIDE,
    'An object and its CZone count what they map elsewhere (object or zone).',
  ],
  [rules.RULE_CZONE_OBJECTS, 'A CZone lists its objects and counts their frames (zone or object).'],
  [rules.RULE_CZONE_RECLAIMING, 'Frames that the host is releasing are isolated (zone).'],
  [
    rules.RULE_CZONE_FOREIGN_WRITE,
    'A frame of a CZone is mapped by another owner only write-protected (frame).',
  ],
  [
    rules.RULE_CZONE_DYING,
    'A dying CZone has no objects and some frame that is still in use (zone).',
  ],
  [rules.RULE_LLFREE_ENTRY, 'A huge entry counts the frames that its field has free (frame).'],
  [rules.RULE_LLFREE_TREE, 'A tree and its slot count what its entries do (zone start).'],
]);

/**
 * Walks every invariant; the first one broken, or undefined. Needs a core of the verify or debug
 * build.
 */
export function verify(core: Core): Fault | undefined {
  const instance = instanceOf(core);
  const rule = instance.raw.verifyAll();
  if (rule < 0) throw new CoreError('verify: the release build of the core cannot walk itself');
  if (rule === 0) return undefined;
  return {
    rule,
    text: RULE_TEXT.get(rule) ?? `rule ${rule}`,
    at: instance.headerWord(GUEST_FAULT_PFN_OFFSET),
    expected: instance.headerWord(GUEST_FAULT_EXPECTED_OFFSET),
    found: instance.headerWord(GUEST_FAULT_FOUND_OFFSET),
  };
}

const FAULT: Shape = { text: TEXT, at: NUMBER, expected: NUMBER, found: NUMBER };

/** A fault as one line for a report or an assertion. */
export function faultText(fault: Fault): string {
  const { text, at, expected, found } = expectShape('fault', fault, FAULT);
  return `${text} At ${at}: expected ${expected}, found ${found}.`;
}
