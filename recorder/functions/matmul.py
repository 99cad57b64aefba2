# SPDX-License-Identifier: MIT
"""Multiplies two matrices of 40 by 40 numbers."""
import random


def handler(event):
    n = 40
    a = [[random.random() for _ in range(n)] for _ in range(n)]
    return sum(sum(x * y for x, y in zip(row, column)) for row in a for column in zip(*a))
