// The microbench room's face where there are files: cores compiled from the package's sources, trees that are timed.

export { type BuildCoreOptions, type BuiltCore, buildCore } from './build-core.ts';
export { OwnCoreError } from './own-core.ts';
export { type ComparedTrees, type CompareTreesOptions, compareTrees } from './compare-trees.ts';
export { BenchTreeError, type Side, removeWorktree } from './trees.ts';
