// The contract between core and host, for the host: everything both compilers read. The core imports the files themselves.

export * from './czone.ts';
export * from './compact.ts';
export * from './gfp.ts';
export * from './hash.ts';
export * from './kernel-6-1.ts';
export * from './kernel-6-12.ts';
export * from './kernel-7-3.ts';
export * from './layout.ts';
export * from './llfree.ts';
export * from './migratetype.ts';
export * from './program.ts';
export * from './rule.ts';
export * from './stat.ts';
export * from './status.ts';
export * from './unit.ts';
