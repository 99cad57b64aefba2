# SPDX-License-Identifier: MIT
"""Inference of a small network: three layers of 512, 16 inputs at a time."""
# packages: python3-numpy
import numpy

# In double precision: QEMU 7.2's AVX ends numpy.maximum of 32-bit floats by a segmentation fault.
LAYERS = [numpy.random.default_rng(i).standard_normal((512, 512)) for i in range(3)]


def handler(event):
    x = numpy.ones((16, 512))
    for layer in LAYERS:
        x = numpy.maximum(x @ layer * 0.05, 0)
    return float(x.sum())
