/** What all messages in words are made of. */

export interface MessageWords {
  /** The queue's name. */
  readonly queue: string;
  readonly asked: string;
  readonly answer: string;
}

const TOLD = 3;

/** How many pages, and the first few ranges of them. */
export function rangesText(
  ranges: readonly { readonly first: number; readonly count: number }[],
): string {
  const pages = ranges.reduce((sum, { count }) => sum + count, 0);
  const told = ranges.slice(0, TOLD).map(({ first, count }) => {
    return count === 1 ? String(first) : `${first}–${first + count - 1}`;
  });
  const rest = ranges.length - told.length;
  const more = rest > 0 ? ` and ${rest} more ${rest === 1 ? 'range' : 'ranges'}` : '';
  return `${pages} ${pages === 1 ? 'page' : 'pages'}: ${told.join(', ')}${more}`;
}
