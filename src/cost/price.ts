/**
 * What a price is, and the three ways its range comes about. Not the prices themselves: those stand in one file per group.
 *
 * Tags in `source`, as in the project's reference notes: [E] read in the named public source, [D] derived by arithmetic from
 * such data, [S] a third party's note that cites a paper, [M] measured by a program of this repository, [R] recalled with no source at
 * hand.
 */

/** One operation's price. All times are nanoseconds for one `unit`. */
export type Price = {
  /** What the operation is, in words. */
  readonly name: string;
  /** What one count stands for, e.g. '4 KiB page'. */
  readonly unit: string;
  /** Whose CPU spends the time. */
  readonly side: 'guest' | 'host';
  /** The least that a source says, in nanoseconds for one `unit`. */
  readonly lowNs: number;
  /** What is taken if nothing else is said, between `lowNs` and `highNs`. */
  readonly typicalNs: number;
  /** The most that a source says. */
  readonly highNs: number;
  /** Where the figures are from, with a tag for how ([E], [D], [S], [M], [R]). */
  readonly source: string;
  /** Operations that the price already contains: an event counted here must not be counted there too. */
  readonly includes?: readonly string[];
  /** What else is to know of it. */
  readonly note?: string;
};

/** The columns of a price; results can be recomputed at each. */
export type PriceLevel = 'low' | 'typical' | 'high';

export const PRICE_LEVELS: readonly PriceLevel[] = ['low', 'typical', 'high'];

/** What is said of an operation besides its figures. */
export type PriceText = Omit<Price, 'lowNs' | 'typicalNs' | 'highNs'>;

/**
 * Published balloon inflation costs 4.46 us a page in QEMU (HyperAlloc's data) and about 11 us in Cloud Hypervisor (Squeezy's):
 * a factor of 2.5 for the same work. A price with a single figure gets that width, centred on the figure.
 */
export const SINGLE_FIGURE_SPREAD: number = Math.sqrt(2.5);

/** Three significant digits: no source is better than that. */
function round3(ns: number): number {
  return Number(ns.toPrecision(3));
}

/** Low and high are one factor either side of the only published figure. */
export function oneFigure(text: PriceText, ns: number): Price {
  const lowNs = round3(ns / SINGLE_FIGURE_SPREAD);
  const highNs = round3(ns * SINGLE_FIGURE_SPREAD);
  return Object.freeze({ ...text, lowNs, typicalNs: ns, highNs });
}

/** Two figures are the ends; typical is their geometric mean. */
export function twoFigures(text: PriceText, lowNs: number, highNs: number): Price {
  const typicalNs = round3(Math.sqrt(lowNs * highNs));
  return Object.freeze({ ...text, lowNs, typicalNs, highNs });
}

/** Every column has its own reason, given in `source`. */
export function threeFigures(
  text: PriceText,
  [lowNs, typicalNs, highNs]: readonly [number, number, number],
): Price {
  return Object.freeze({ ...text, lowNs, typicalNs, highNs });
}

/** The figure of one column. */
export function priceNs(price: Price, level: PriceLevel): number {
  if (level === 'low') return price.lowNs;
  return level === 'high' ? price.highNs : price.typicalNs;
}
