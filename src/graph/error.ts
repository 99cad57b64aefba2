/** The state of a run holds what cannot be written down: a fault of the program. */
export class UnwritableState extends Error {
  override readonly name: string = 'UnwritableState';
}

/** Bytes that are no state of this program. */
export class UnreadableState extends Error {
  override readonly name: string = 'UnreadableState';
}
