# SPDX-License-Identifier: MIT
"""Compresses 1 MiB and unpacks it again."""
import random
import zlib

random.seed(7)
DATA = bytes(random.getrandbits(6) for _ in range(1 << 16)) * 16


def handler(event):
    return len(zlib.decompress(zlib.compress(DATA, 1)))
