"""A sandbox as a process of its own, for tests that kill it: `python -m tests.sandbox.serve FOLDER KNOBS`.

Prints its address. The knob "stuck" makes the composer never come back.
"""

import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from studio.sandbox.knobs import Knobs
from studio.sandbox.server import Sandbox

from . import quick
from .caller import KEY


def stuck(*order: object) -> NoReturn:
    while True:
        time.sleep(60)


def main(folder: str, knobs: dict[str, object]) -> None:
    makers = replace(quick.MAKERS, compose=stuck) if knobs.pop("stuck", False) else quick.MAKERS
    sandbox = Sandbox(Path(folder), KEY, port=0, knobs=Knobs(**knobs), makers=makers)
    print(sandbox.url, flush=True)
    sandbox.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
