// What has ended cannot be used any more.

/** A handle (a VM, its guest or core, a device, a process, a zone) was used after its end. */
export class HandleEnded extends Error {
  override readonly name: string = 'HandleEnded';
  /** The handle: a VM, a process, a core. */
  readonly what: string;
  /** How it ended. */
  readonly why: string;

  /** `what` has ended, and how it came to that. */
  constructor(what: string, why: string) {
    super(`${what} has ended: ${why}`);
    this.what = what;
    this.why = why;
  }
}
