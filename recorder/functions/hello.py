# SPDX-License-Identifier: MIT
def handler(event):
    return "hello"
