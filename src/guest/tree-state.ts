// What is left of a container's processes when they are apart from the guest that they live in: for clones of that guest.

/** Address space: what threads share and exec replaces. */
export interface AddressSpace {
  readonly object: number;
  readonly tables: number;
  readonly tablePages: number;
  pages: number;
  users: number;
}

/** One process in the kernel's zones, between two calls. */
export interface TreeState {
  readonly cpu: number;
  readonly kernelFrames: number;
  /** Object of the container's kernel memory. */
  readonly kernel: number;
  readonly anonymous: number;
  readonly task: { readonly stack: number; readonly space: AddressSpace };
}
