/**
 * The parser of CSV, a file of its own in the package: a bundle of who reads no CSV is without it. Which of its builds it is, with
 * Node's Buffer or without, stands in package.json (imports).
 */
export { CsvError, type InfoRecord, type Options, parse } from '#csv-parse';
