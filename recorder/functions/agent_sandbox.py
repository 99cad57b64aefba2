# SPDX-License-Identifier: MIT
"""A turn of a coding agent: writes a module and its test, commits them, runs the test, reads the log."""
# packages: git
import os
import shutil
import subprocess
import sys
import tempfile

ENV = {"PATH": "/usr/bin:/bin", "HOME": "/tmp", "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b",
       "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b", "GIT_CONFIG_NOSYSTEM": "1"}
FOLDER = None
TURN = 0


def run(*words):
    return subprocess.run(words, cwd=FOLDER, env=ENV, check=True, capture_output=True).stdout


def handler(event):
    global FOLDER, TURN
    TURN += 1
    if FOLDER is None:
        FOLDER = tempfile.mkdtemp()
        run("git", "init", "-q")
    with open(os.path.join(FOLDER, "module.py"), "w") as file:
        file.write(f"def f(x):\n    return x + {TURN}\n")
    with open(os.path.join(FOLDER, "test_module.py"), "w") as file:
        file.write(f"import unittest, module\nclass T(unittest.TestCase):\n"
                   f"    def test_f(self):\n        self.assertEqual(module.f(1), {TURN + 1})\n")
    run("git", "add", "-A")
    run("git", "commit", "-q", "-m", f"turn {TURN}")
    run(sys.executable, "-m", "unittest", "-q")
    return len(run("git", "log", "--oneline"))
