# SPDX-License-Identifier: MIT
"""Multiplies two matrices of 300 by 300 numbers with NumPy."""
# packages: python3-numpy
import numpy


def handler(event):
    a = numpy.random.default_rng(7).random((300, 300))
    return float((a @ a).sum())
