// The microbench room's face where there are files: cores compiled from the package's sources.

export { type BuildCoreOptions, type BuiltCore, buildCore } from './build-core.ts';
export { OwnCoreError } from './own-core.ts';
