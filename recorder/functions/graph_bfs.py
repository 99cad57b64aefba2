# SPDX-License-Identifier: MIT
"""Breadth-first search over a graph of 20,000 nodes and 80,000 edges."""
import random
from collections import deque

random.seed(7)
EDGES = [[random.randrange(20000) for _ in range(4)] for _ in range(20000)]


def handler(event):
    seen, queue = {0}, deque([0])
    while queue:
        for node in EDGES[queue.popleft()]:
            if node not in seen:
                seen.add(node)
                queue.append(node)
    return len(seen)
