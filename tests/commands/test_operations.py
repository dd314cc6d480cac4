"""`manage.py operations`, and the table that the README shows of it."""

import json
import re
from pathlib import Path
from typing import Any

from django.core.management import call_command

from studio.management.commands.operations import table
from studio.music_api import overrides
from studio.music_api.providers import PROVIDERS

README = Path(__file__).resolve().parents[2] / "README.md"


def printed(capsys: Any, *options: str) -> str:
    call_command("operations", *options)
    return str(capsys.readouterr().out)


def test_the_readme_shows_what_the_command_prints(capsys: Any) -> None:
    mark = "<!-- operations -->\n"
    _, shown, _ = README.read_text().split(mark)
    assert shown == printed(capsys)


def test_every_price_of_the_data_is_in_the_table(capsys: Any) -> None:
    head, line, *rows = [row.strip("| \n").split(" | ") for row in printed(capsys).splitlines()]
    assert head == ["operation", "AI Music API", "MusicAPI", "useapi.net Riffusion", "Sandbox"]
    assert set(line) == {"---"}
    for what, *cells in rows:
        [name] = re.findall("`(.*)`", what)
        for provider, cell in zip(PROVIDERS.values(), cells, strict=True):
            price = provider.operation(name).price if provider.offers(name) else None
            assert cell == {None: "–", 0: "free"}.get(price, str(price))
    assert len(rows) == 8


def test_for_machines_it_is_one_line_of_json(capsys: Any) -> None:
    [line] = printed(capsys, "--json").splitlines()
    assert json.loads(line)["useapi"] == {"download": 0}
    assert json.loads(line)["musicapi"] == {
        "create_music": 12,
        "extend_music": 12,
        "replace_music": 12,
        "cover_music": 12,
        "upload": 2,
        "download": 2,
    }
    assert list(json.loads(line)) == list(PROVIDERS)


def test_the_teams_own_prices_show(tmp_path: Path) -> None:
    file = tmp_path / "providers.toml"
    file.write_text("[aimusicapi]\nretired = ['video_clip']\n[aimusicapi.prices]\ncreate_music = 11\n")
    shown = table(overrides.read(file))
    assert "| New song (`create_music`) | 11 |" in shown
    assert "| Video (`video_clip`) | – |" in shown
