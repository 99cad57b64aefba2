// SPDX-License-Identifier: MIT
// Writes a document of 2,000 records as JSON and reads it again.
const records = Object.fromEntries(
  Array.from({ length: 2000 }, (_, i) => [
    i,
    { a: Array.from({ length: 20 }, (_v, n) => n), b: 'x'.repeat(40) },
  ]),
);
export const handler = () => Object.keys(JSON.parse(JSON.stringify(records))).length;
