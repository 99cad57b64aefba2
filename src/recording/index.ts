// The recording room's public face.

export { type Capture, openCapture } from './capture.ts';
export { CorePort } from './core-port.ts';
export { RecordingError } from './error.ts';
export { explainDivergence } from './explain.ts';
export { type VerifyMode, type VerifyRun, verifyCapture } from './verify-capture.ts';
