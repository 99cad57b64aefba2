// SPDX-License-Identifier: MIT
export const handler = () => 'hello';
