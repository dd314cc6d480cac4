"""The bodies of the providers' own pages, byte for byte."""

import json
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).parent / "fixtures"


def golden(name: str) -> bytes:
    return (FIXTURES / f"{name}.json").read_bytes()


def golden_json(name: str) -> Any:
    return json.loads(golden(name))
