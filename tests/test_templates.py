"""What the content security policy, htmx and the size budgets ask of templates, style sheets and scripts."""

import re
from pathlib import Path

import brotli
import pytest
from django.template.loader import get_template

ROOT = Path(__file__).parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
SOURCES = {str(path.relative_to(ROOT / "templates")): path.read_text() for path in TEMPLATES}
NAMES = list(SOURCES)
SCRIPTS = sorted((ROOT / "static/js").glob("*.js"))
SHEETS = sorted((ROOT / "static/css").glob("*.css"))

ENTRANCE = {"mfa/_other_ways.html", "mfa/authenticate.html"}
SWAPS = {"innerHTML", "outerHTML", "beforebegin", "afterbegin", "beforeend", "afterend", "delete", "none"}
LINKED_DATA = '<script type="application/ld+json">{% linked_data page token %}</script>'
CEILING = 40 * 1024
SCRIPT_CEILING = 10 * 1024


def tags(source: str) -> list[str]:
    return re.findall(r"<[a-zA-Z][^>]*(?:\{%.*?%\}[^>]*)*>", source, re.S)


@pytest.mark.parametrize("name", NAMES)
def test_it_compiles(name: str) -> None:
    assert get_template(name)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_escapes_escaping(name: str) -> None:
    assert not re.search(r"\|\s*safe\b|autoescape\s+off|safeseq", SOURCES[name])


@pytest.mark.parametrize("name", NAMES)
def test_scripts_come_from_files(name: str) -> None:
    # Of data alone, which no browser runs, and which one tag makes safe.
    source = SOURCES[name].replace(LINKED_DATA, "")
    scripts = re.findall(r"<script\b([^>]*)>(.*?)</script>", source, re.S)
    assert all("src=" in attributes and not body.strip() for attributes, body in scripts)


@pytest.mark.parametrize("name", NAMES)
def test_no_inline_styles_or_handlers(name: str) -> None:
    assert "<style" not in SOURCES[name]
    found = [tag for tag in tags(SOURCES[name]) if re.search(r"\s(style|on[a-z]+)\s*=", tag)]
    assert found == []


@pytest.mark.parametrize("name", NAMES)
def test_nothing_asks_htmx_to_evaluate(name: str) -> None:
    assert not re.search(r"hx-on\b|hx-vals|\bjs:|javascript:|hx-ext", SOURCES[name])
    assert not re.search(r'hx-trigger="[^"]*\[', SOURCES[name])


@pytest.mark.parametrize("name", NAMES)
def test_swaps_are_ones_that_htmx_knows(name: str) -> None:
    """An unknown name falls back to another swap without a word."""
    for value in re.findall(r'hx-swap="([^"]*)"', SOURCES[name]):
        assert value.split()[0] in SWAPS
    for value in re.findall(r'hx-swap-oob="([^"]*)"', SOURCES[name]):
        assert value == "true" or value.partition(":")[0] in SWAPS


@pytest.mark.parametrize("name", NAMES)
def test_forms_work_without_a_script(name: str) -> None:
    for form in re.findall(r"<form\b.*?</form>", SOURCES[name], re.S):
        if 'method="dialog"' in form:
            continue
        assert "action=" in form
        reads = 'method="get"' in form
        assert reads or 'method="post"' in form
        # A search needs no token, and would leave it in its address.
        assert reads == ("{% csrf_token %}" not in form)


@pytest.mark.parametrize("name", NAMES)
def test_downloads_are_not_boosted(name: str) -> None:
    """A boosted link would fetch the whole file into the page."""
    links = [tag for tag in tags(SOURCES[name]) if "?download" in tag]
    assert all('hx-boost="false"' in link for link in links)


@pytest.mark.parametrize("name", NAMES)
def test_templates_stay_short(name: str) -> None:
    assert SOURCES[name].count("\n") <= 120


def test_every_icon_is_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static/img/icons.svg").read_text()))
    used = {icon for source in SOURCES.values() for icon in re.findall(r'\{% icon "([^"]+)" %\}', source)}
    assert used
    assert used == drawn


def scripts_in(source: str) -> set[str]:
    return set(re.findall(r"'js/([a-z_]+\.js)'", source))


def public_scripts() -> set[str]:
    """What the pages of links load, which have a shell of their own."""
    return {script for name in NAMES if name.startswith("public/") for script in scripts_in(SOURCES[name])}


def test_a_script_is_on_every_page_or_named_by_the_markup_that_needs_it() -> None:
    """base.html links what every page needs; all others stand in a `data-module` for shell.js to fetch. Only
    before somebody has signed in there is no shell.js, nor for who never does."""
    core = scripts_in(SOURCES["base.html"])
    named = set()
    for name in (each for each in NAMES if each != "base.html" and not each.startswith("public/")):
        modules = re.findall(r'data-module="([^"]*)"', SOURCES[name])
        if name in ENTRANCE:
            modules += re.findall(r'<script type="module" src="([^"]*)"></script>', SOURCES[name])
        here = scripts_in(" ".join(modules))
        assert scripts_in(SOURCES[name]) - core == here, f"{name} loads a script in another way"
        named |= here
    assert named
    assert not core & named
    assert core | named | public_scripts() == {path.name for path in SCRIPTS}


def test_scripts_stay_small() -> None:
    """40 KB in all beside htmx, as a browser gets them, for the team and for guests; and no single one is
    long."""
    size = {path.name: path.stat().st_size for path in SCRIPTS}
    sent = {path.name: len(brotli.compress(path.read_bytes())) for path in SCRIPTS}
    guests = public_scripts()
    teams = {
        script for name in NAMES if not name.startswith("public/") for script in scripts_in(SOURCES[name])
    }
    assert 0 < sum(sent[name] for name in teams) < CEILING
    assert 0 < sum(sent[name] for name in guests) < CEILING / 3
    assert max(size.values()) < SCRIPT_CEILING


def test_style_sheets_stay_small() -> None:
    """No page loads more than 40 KB of them: those of links and of paper have their own."""
    apart = {"share.css", "sheet.css"}
    assert apart < {path.name for path in SHEETS}
    assert 0 < sum(path.stat().st_size for path in SHEETS if path.name not in apart) < CEILING
    assert 0 < sum(path.stat().st_size for path in SHEETS if path.name in apart) < CEILING / 3


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_build_no_html(path: Path) -> None:
    """Titles and lyrics are other people's text: they become text nodes, never markup."""
    assert not re.search(
        r"innerHTML|outerHTML\s*=|insertAdjacentHTML|document\.write|\beval\(|new Function", path.read_text()
    )


def test_html_is_escaped_in_a_title() -> None:
    clip = {"title": "<script>alert(1)</script>", "pk": 1, "duration": 1.0, "master": {"pk": 1}}
    html = get_template("clips/_play.html").render({"clip": clip})
    assert "<script" not in html
    assert "&lt;script&gt;" in html
