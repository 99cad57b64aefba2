// What keeps a recording from being made.

/** Something that a recorder needs is not on this machine, or cannot be fetched. */
export class RecorderMissing extends Error {
  override readonly name: string = 'RecorderMissing';
}

/** A recording began and did not come to its end, or is not whole. */
export class RecordingFailed extends Error {
  override readonly name: string = 'RecordingFailed';
}
