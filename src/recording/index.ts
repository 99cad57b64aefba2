// The recording room's public face.

export { type Capture, openCapture } from './capture.ts';
export { CorePort } from './core-port.ts';
export { type DeviceResult, deviceKind, verifyDevice } from './device.ts';
export { RecordingError } from './error.ts';
export { explainDivergence } from './explain.ts';
export {
  type ExitTotals,
  PAGES_DEFAULTS,
  PAGES_SCHEMA,
  type PagesOptions,
  type PagesResult,
  type PagesSample,
  type PolicyResult,
  replayPages,
} from './pages.ts';
export { PAGE_POLICIES, type PagePolicy } from './policies/index.ts';
export { type VerifyMode, type VerifyRun, verifyCapture } from './verify-capture.ts';
