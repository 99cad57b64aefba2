// The face of reading: an opened recording and what its parts say by themselves.

export {
  type Capture,
  cpusOf,
  expectCapture,
  memRequests,
  openCapture,
  recordedFrames,
} from './capture.ts';
export {
  type BalloonLine,
  balloonLines,
  type MemLine,
  memLines,
  type SizeWish,
  sizeWishes,
  usableBytes,
} from './device-log.ts';
export type { ExtraEvent, ExtraKind, ExtraTrace } from './extra-trace.ts';
export { type Reading, readBytes, readText, textOf } from './files.ts';
export { parseGfpKnown } from './gfp-names.ts';
export { type ImportFile, readImport } from './import-file.ts';
export { jsonLine } from './json-lines.ts';
export { Kinds, type Look } from './kinds.ts';
export * from './mem-device.ts';
export { highestZone, migratetypeOf } from './gfp.ts';
export * from './pagestate.ts';
export { expectShortLine } from './trace-bytes.ts';
export * from './trace-columns.ts';
export * from './trace-flow.ts';
export type { FrameSpan } from './memory-ranges.ts';
