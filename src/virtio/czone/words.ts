/** czone-virtio's messages in words. */

import { MIB } from '../../abi/unit.ts';
import { type MessageWords, rangesText } from '../message-words.ts';
import type { RingMessage } from '../queue/watched-queue.ts';
import { QUEUE_EVENT, QUEUE_GUEST, QUEUE_REPORT } from './config.ts';
import {
  CZONE_EVENT_CANCEL,
  CZONE_EVENT_RECLAIM,
  CZONE_EVENT_SHRINK,
  CZONE_EVENT_STATS,
  decodeEvent,
} from './event.ts';
import {
  RANGE_BYTES,
  REPORT_HEADER_BYTES,
  REPORT_LAST,
  decodeRanges,
  decodeReportHeader,
} from './report.ts';
import {
  ANSWER_ACK,
  REQUEST_ASSIGN,
  REQUEST_BLOCK_STATE,
  REQUEST_IDLE,
  REQUEST_PLUG,
  REQUEST_UNPLUG,
  REQUEST_UNPLUG_ALL,
  REQUEST_ZONE_CREATE,
  REQUEST_ZONE_DESTROY,
  REQUEST_ZONE_STATE,
  WHY_NAMES,
  decodeRequest,
  decodeResponse,
} from './request.ts';

const REQUESTS: Readonly<Record<number, string>> = {
  [REQUEST_ZONE_CREATE]: 'create',
  [REQUEST_ZONE_DESTROY]: 'destroy',
  [REQUEST_PLUG]: 'plug',
  [REQUEST_UNPLUG]: 'unplug',
  [REQUEST_ASSIGN]: 'assign',
  [REQUEST_ZONE_STATE]: 'state',
  [REQUEST_BLOCK_STATE]: 'state of blocks',
  [REQUEST_UNPLUG_ALL]: 'unplug all',
};
const WITH_BLOCKS = new Set([REQUEST_PLUG, REQUEST_UNPLUG, REQUEST_ASSIGN, REQUEST_BLOCK_STATE]);

const EVENTS: Readonly<Record<number, string>> = {
  [CZONE_EVENT_RECLAIM]: 'reclaim',
  [CZONE_EVENT_SHRINK]: 'shrink',
  [CZONE_EVENT_CANCEL]: 'cancel',
  [CZONE_EVENT_STATS]: 'statistics',
};

const STATUSES = ['', 'done', 'refused', 'busy', 'error'];

const blocksText = (blocks: number): string => (blocks === 1 ? '1 block' : `${blocks} blocks`);

function requestText(said: Uint8Array): string {
  const { type, flags, zone, block, blocks, value } = decodeRequest(said);
  const name = REQUESTS[type] ?? `request ${type}`;
  if (WITH_BLOCKS.has(type)) return `${name} zone ${zone}: ${blocksText(blocks)} from ${block}`;
  if (type === REQUEST_ZONE_CREATE) return `${name} zone ${zone}, limit ${value / MIB} MiB`;
  if (type !== REQUEST_ZONE_STATE) return `${name} zone ${zone}`;
  return `zone ${zone} is ${(flags & REQUEST_IDLE) === 0 ? 'at work' : 'idle'}`;
}

function answerText(answered: Uint8Array): string {
  const { status, detail, count, value } = decodeResponse(answered);
  const name = STATUSES[status] ?? `status ${status}`;
  if (status !== ANSWER_ACK) return `${name}: ${WHY_NAMES[detail] ?? detail}`;
  const bytes = value > 0 ? `${value / MIB} MiB` : '';
  return [name, count > 0 ? String(count) : '', bytes].filter((part) => part !== '').join(', ');
}

function reportText(said: Uint8Array): string {
  const { requestId, zone, ranges, flags } = decodeReportHeader(said);
  const whole = Math.min(ranges, Math.floor((said.length - REPORT_HEADER_BYTES) / RANGE_BYTES));
  const last = (flags & REPORT_LAST) === 0 ? '' : ', the last';
  const free = ranges === 0 ? 'nothing' : rangesText(decodeRanges(said, whole));
  return `request ${requestId}, zone ${zone} has free ${free}${last}`;
}

function eventText(answered: Uint8Array): string {
  const { type, zone, requestId, targetBytes } = decodeEvent(answered);
  const most = targetBytes === 0 ? 'everything' : `${targetBytes / MIB} MiB at most`;
  return `${EVENTS[type] ?? `event ${type}`} zone ${zone}, ${most}, request ${requestId}`;
}

export function czoneWords({ queue, said, answered }: RingMessage): MessageWords {
  if (queue === QUEUE_EVENT) {
    return { queue: 'events', asked: 'room for an event', answer: eventText(answered) };
  }
  const answer = answered.length === 0 ? 'taken' : answerText(answered);
  if (queue === QUEUE_GUEST) return { queue: 'requests', asked: requestText(said), answer };
  if (queue === QUEUE_REPORT) return { queue: 'reports', asked: reportText(said), answer };
  return { queue: 'statistics', asked: `${said.length} bytes`, answer };
}
