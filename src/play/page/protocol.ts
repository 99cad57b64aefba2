// What the page and its worker say to each other.

import type { MapReel } from '../../map/index.ts';
import type { Figures } from '../figures.ts';
import type { Outcome } from '../session.ts';

export type Ask =
  | { readonly kind: 'core'; readonly address: string }
  | { readonly kind: 'run'; readonly text: string }
  | { readonly kind: 'load'; readonly script: string }
  | { readonly kind: 'undo' }
  | { readonly kind: 'pages'; readonly pfn: number };

/** A step without its map, which is in the reel. */
export interface ShownStep extends Pick<
  Outcome,
  'text' | 'operations' | 'costUs' | 'exits' | 'messages'
> {
  readonly figures: Figures;
}

export type Answer =
  | {
      readonly kind: 'state';
      readonly script: string;
      readonly steps: readonly ShownStep[];
      readonly reel: MapReel | undefined;
      readonly program: string;
      readonly fault: string | undefined;
    }
  | { readonly kind: 'pages'; readonly reel: MapReel };
