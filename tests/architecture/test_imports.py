"""Importing the bot loads no SDK: they are loaded when first used, so that the command line answers at once."""

import json
import subprocess
import sys

from tests.architecture.sources import ROOT, files, module_of

HEAVY = (
    "apscheduler",
    "boto3",
    "botocore",
    "dbos",
    "jira",
    "jira820",
    "kubernetes",
    "moto",
    "slack_bolt",
    "slack_sdk",
)
PROGRAM = """
import importlib, json, sys
loaded = {}
for name in json.loads(sys.argv[1]):
    before = set(sys.modules)
    importlib.import_module(name)
    new = {one.partition('.')[0] for one in set(sys.modules) - before} & set(json.loads(sys.argv[2]))
    if new:
        loaded[name] = sorted(new)
print(json.dumps(loaded))
"""


def test_importing_every_module_loads_no_sdk():
    modules = [module_of(file) for file in files() if file.name != "__main__.py"]
    words = [sys.executable, "-c", PROGRAM, json.dumps(modules), json.dumps(HEAVY)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {}
