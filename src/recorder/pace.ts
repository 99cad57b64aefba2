// How far the guest says that it is, over its console: RECORDER PACE DONE TOTAL WHAT. These lines are for whoever waits, and no part of the recording.

export interface GuestPace {
  readonly done: number;
  /** 0: nobody has said. */
  readonly total: number;
  /** What is counted. */
  readonly what: string;
}

const PACE = /RECORDER PACE (\d+) (\d+) ([a-z]+)\s*$/;

/** Undefined for any other line. */
export function paceOf(line: string): GuestPace | undefined {
  const [, done, total, what] = PACE.exec(line) ?? [];
  return what === undefined ? undefined : { done: Number(done), total: Number(total), what };
}
