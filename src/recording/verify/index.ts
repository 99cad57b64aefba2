// The face of verifying: how much of a recording the core and our drivers predict.

export { type DecidedByRule, ruledText } from './by-rule.ts';
export { type DeviceResult, deviceKind, verifyDevice } from './device.ts';
export { explainDivergence } from './explain.ts';
export { type VerifyMode, type VerifyRun, verifyCapture } from './verify-capture.ts';
export { type RecordedSteps, recordedSteps } from './steps.ts';
export { verifyReel } from './reel.ts';
