// SPDX-License-Identifier: MIT
void handler(void) {}
