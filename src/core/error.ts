// Errors of the core room: the caller's mistakes, turned from status codes here and nowhere else.

import {
  STATUS_BAD_ARGUMENT,
  STATUS_BAD_STATE,
  STATUS_BUSY,
  STATUS_MOVES_FULL,
  STATUS_NEED_INSTALL,
  STATUS_NEED_RECLAIM,
  STATUS_NOT_RESIDENT,
  STATUS_NO_MEMORY,
  STATUS_PAUSED,
  STATUS_SKIPPED,
  STATUS_TABLE_FULL,
  STATUS_TOO_MANY_SHARERS,
  STATUS_ZONE_FULL,
  STATUS_ZONE_LIMIT,
} from '../abi/status.ts';

/** A call of the core that cannot be carried out as asked. */
export class CoreError extends Error {
  override readonly name: string = 'CoreError';
}

/** A guest whose tables no core holds. */
export class GuestTooLarge extends CoreError {
  override readonly name: string = 'GuestTooLarge';
}

/** The process has no room for the memory of one more guest's core. */
export class TooManyGuests extends CoreError {
  override readonly name: string = 'TooManyGuests';
  /** Cores that the process has made; ended guests leave theirs to the next ones. */
  readonly made: number;

  constructor(made: number, cause: Error) {
    super(
      `no room for one more guest after ${made}: the engine sets 10 GiB of addresses aside ` +
        `for each (some 12,000 guests in 47 bits, 125 in a page of Chromium, fewer under ulimit -v); ` +
        `node --disable-wasm-trap-handler (20.15 or later) sets aside only what a guest needs`,
      { cause },
    );
    this.made = made;
  }
}

const STATUS_TEXT: ReadonlyMap<number, string> = new Map([
  [STATUS_NO_MEMORY, 'no memory'],
  [STATUS_BAD_ARGUMENT, 'an argument is out of range'],
  [STATUS_BUSY, 'an unmovable page is in the way'],
  [STATUS_TABLE_FULL, 'a table of the core is full'],
  [STATUS_ZONE_LIMIT, 'the CZone is at its limit'],
  [STATUS_ZONE_FULL, 'the CZone is full: its policy decides'],
  [STATUS_NEED_RECLAIM, 'the guest must reclaim memory first'],
  [STATUS_BAD_STATE, 'not in a state that allows it'],
  [STATUS_SKIPPED, 'nothing to do'],
  [STATUS_MOVES_FULL, 'the log of moves is full'],
  [STATUS_TOO_MANY_SHARERS, 'a page is shared too often'],
  [STATUS_NOT_RESIDENT, 'pages are not known to be in place'],
  [STATUS_PAUSED, 'compaction pauses'],
  [STATUS_NEED_INSTALL, 'a huge frame waits for the host'],
]);

/** What a status code says, in words. */
export function statusText(status: number): string {
  return STATUS_TEXT.get(status) ?? `status ${status}`;
}

/** Passes an answer through; a status becomes a CoreError that names the call. */
export function expectAnswer(answer: number, call: string): number {
  if (answer < 0) throw new CoreError(`${call}: ${statusText(answer)}`);
  return answer;
}
