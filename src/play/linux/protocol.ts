// What the page says to the two guests, each in a worker of its own, and what they say back.

import type { Sight } from './sight.ts';
import type { Wish } from './wish.ts';

/** What `guestmem play` has beside the page, as linux.json says; a file's name is for people. */
export interface Served {
  /** Why v86 is not there; undefined: it is. */
  readonly missing?: string;
  readonly kernel?: string;
  readonly initrd?: string;
  readonly bios?: string;
}

export type ImageName = 'kernel' | 'initrd' | 'bios';

export interface MachineOptions {
  readonly memoryMib: number;
  readonly cmdline: string;
  readonly isReporting: boolean;
}

/** Cells of the map: pages or pageblocks. */
export interface Look {
  readonly kind: 'look';
  readonly cellFrames: number;
}

export type ToMachine =
  | Wish
  | Look
  | {
      readonly kind: 'boot';
      readonly options: MachineOptions;
      readonly images: Readonly<Record<ImageName, ArrayBuffer>>;
      /** Of libv86.mjs and v86.wasm. */
      readonly script: string;
      readonly wasm: string;
    }
  | { readonly kind: 'type'; readonly text: string };

export type ToTwin =
  | Wish
  | Look
  | {
      readonly kind: 'boot';
      readonly core: string;
      readonly memoryMib: number;
      readonly isReporting: boolean;
    }
  | { readonly kind: 'use'; readonly mib: number }
  | { readonly kind: 'free' };

export type FromMachine =
  | FromTwin
  /** Bytes of the serial line. */
  | { readonly kind: 'printed'; readonly bytes: Uint8Array }
  /** The driver has the device, or has let it go. */
  | { readonly kind: 'driver'; readonly features: string | undefined };

export type FromTwin =
  | { readonly kind: 'sight'; readonly sight: Sight }
  | { readonly kind: 'fault'; readonly text: string };
