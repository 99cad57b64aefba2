# SPDX-License-Identifier: MIT
"""Finds addresses and times in 300 KiB of log lines."""
import re

LINE = "2026-11-27T04:51:{:02d} host{} user{}@example.org GET /path/{} 200\n"
LOG = "".join(LINE.format(i % 60, i % 7, i, i * 31) for i in range(5000))
PATTERN = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\S+) (\w+) ([\w.]+@[\w.]+) (GET|PUT) (\S+)")


def handler(event):
    return sum(len(found.group(6)) for found in PATTERN.finditer(LOG))
