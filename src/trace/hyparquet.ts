// The library that reads Parquet, loaded with the first file of it. Nothing of ours is imported here: a bundler that makes one file takes
// what such a part imports as a whole, used or not.

export { parquetMetadata, parquetReadObjects, parquetSchema, snappyUncompress } from 'hyparquet';
export { parquetHeader } from 'hyparquet/src/column.js';
