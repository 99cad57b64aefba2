// SPDX-License-Identifier: MIT
// Renders a table of 300 by 20 cells.
const cells = Array.from({ length: 20 }, (_, n) => n);
export const handler = () =>
  Array.from(
    { length: 300 },
    (_, r) => `<tr>${cells.map((c) => `<td>${r * c}</td>`).join('')}</tr>`,
  ).join('').length;
