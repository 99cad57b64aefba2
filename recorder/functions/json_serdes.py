# SPDX-License-Identifier: MIT
"""Writes a document of 2,000 records as JSON and reads it again."""
import json

RECORDS = {str(i): {"a": list(range(20)), "b": "x" * 40} for i in range(2000)}


def handler(event):
    return len(json.loads(json.dumps(RECORDS)))
