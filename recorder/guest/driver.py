# SPDX-License-Identifier: MIT
"""driver.py FILE: loads a function and calls it when it is asked to.

The file's `handler(event)` (or `main`, or `run`) is called, with or without an argument as it takes one. A file that has
none of them has done its work when it is loaded: its calls do nothing."""
import importlib.util, inspect, io, os, sys


def load(path):
    spec = importlib.util.spec_from_file_location("function", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["function"] = module
    spec.loader.exec_module(module)
    for name in ("handler", "main", "run"):
        found = getattr(module, name, None)
        if callable(found):
            wanted = [p for p in inspect.signature(found).parameters.values()
                      if p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
            events = [{"n": 0}, None][: len(wanted)]
            return lambda: found(*events)
    return lambda: None


answers = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)
sys.path.insert(0, os.path.dirname(os.path.abspath(sys.argv[1])))
function = load(sys.argv[1])
print("ready", file=answers)
while line := sys.stdin.readline():
    command = line.split()
    if command[0] == "fork":
        child = os.fork()
        if child:
            print("forked", child, file=answers)
            os.waitpid(child, 0)
            break
        continue
    function()
    print("done", file=answers)
