// A file of its own in the package: a bundler that finds in a file what may be loaded later takes it along, used or not.

export type Hyparquet = typeof import('./hyparquet.ts');

/** Whoever reads Parquet waits for the library once. */
export function parquetLibrary(): Promise<Hyparquet> {
  return import('./hyparquet.ts');
}
