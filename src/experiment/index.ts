// The experiment room's public face: what is played, as a file that people write.

export { leftOutLine } from './able.ts';
export {
  CheckpointError,
  type CheckpointOptions,
  Checkpoints,
  expectCheckpointAt,
} from './checkpoint.ts';
export { readDocument, saidAt } from './document.ts';
export { type Ineffective, withoutEffect } from './effect.ts';
export { ExperimentError } from './error.ts';
export {
  type Able,
  type Experiment,
  ableOf,
  changed,
  defaultExperiment,
  experimentIn,
  experimentYaml,
  mapsOf,
  placed,
  expectExperiment,
  planOf,
  readExperiment,
  readExperimentFile,
  traceOfExperiment,
} from './experiment.ts';
export { MemoryShort, expectFits, peakResidentBytes } from './fit.ts';
export { identityOf, programMark } from './identity.ts';
export { momentsIn } from './moments.ts';
export { type OwnPrices, readPrices } from './prices.ts';
export {
  type CheckpointChoice,
  DEFAULT_EVERY_MINUTES,
  type ExperimentOptions,
  type PlayedExperiment,
  formatsOf,
  playExperiment,
} from './play.ts';
export { framesOf } from './quantity.ts';
export {
  type ExperimentFile,
  NEVER,
  SENSITIVITIES,
  SWITCH,
  type Sensitivity,
  type TraceChoice,
  experimentFile,
} from './schema.ts';
export { type StatePlace, stateFile } from './state-file.ts';
export { either, found, group, list, text, whole } from './shape.ts';
