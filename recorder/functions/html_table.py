# SPDX-License-Identifier: MIT
"""Renders a table of 300 by 20 cells, as chameleon in FunctionBench."""
from string import Template

ROW = Template("<tr>$cells</tr>")


def handler(event):
    rows = (ROW.substitute(cells="".join(f"<td>{r * c}</td>" for c in range(20))) for r in range(300))
    return len("<table>" + "".join(rows) + "</table>")
