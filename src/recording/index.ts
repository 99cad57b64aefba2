// The recording room's public face. Inside, imports run one way: error <- read <- program <- verify,
// import, placement and profile beside verify, and live behind placement.

export { RecordingError } from './error.ts';
export * from './import/index.ts';
export * from './live/index.ts';
export * from './placement/index.ts';
export * from './profile/index.ts';
export { CorePort } from './program/index.ts';
export { type Capture, jsonLine, openCapture, textOf } from './read/index.ts';
export { type CaptureReelOptions, REEL_KINDS, captureReel } from './reel.ts';
export * from './verify/index.ts';
