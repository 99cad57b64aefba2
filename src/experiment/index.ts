// The experiment room's public face: what is played, as a file that people write.

export { ExperimentError } from './error.ts';
export {
  type Experiment,
  changed,
  defaultExperiment,
  experimentIn,
  experimentYaml,
  planOf,
  readExperiment,
  traceOfExperiment,
} from './experiment.ts';
export { type OwnPrices, readPrices } from './prices.ts';
export { framesOf } from './quantity.ts';
export {
  type ExperimentFile,
  NEVER,
  SENSITIVITIES,
  SWITCH,
  type Sensitivity,
  type TraceChoice,
} from './schema.ts';
