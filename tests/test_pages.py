"""The pages: every link leads somewhere, and code cites only pages that a clone has."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/**/*.md"))]
"""CHANGELOG.md is history: it names pages as they were called then."""
ROOMS = ("antiphon", "benchmarks", "exported", "midi", "realtime", "scripts", "tests", "training")
LINK = re.compile(r"\]\(([^)\s]+)\)")
CITED = re.compile(r"\bdocs/[\w./-]+\.(?:md|png|svg)\b|\b(?:FACTS|DESIGN|STYLE)\.md\b")
README_LINES = 150


def prose(page: Path) -> str:
    """Return the text of a page without its blocks of code."""
    return re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, made as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", prose(page), flags=re.MULTILINE)
    texts = (re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower() for heading in headings)
    return {re.sub(r"[^\w\- ]", "", text).replace(" ", "-") for text in texts}


def leads_nowhere(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    return not target.exists() or (bool(anchor) and anchor not in anchors(target))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = [link for link in LINK.findall(prose(page)) if not link.startswith(("http:", "https:"))]
    assert [link for link in links if leads_nowhere(page, link)] == []


def test_code_cites_pages_of_the_clone() -> None:
    files = [ROOT / "Makefile", *(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))]
    cited = {
        (str(path.relative_to(ROOT)), page)
        for path in files
        if path != Path(__file__)
        for page in CITED.findall(path.read_text(encoding="utf-8"))
    }
    assert [(name, page) for name, page in sorted(cited) if not (ROOT / page).exists()] == []


def test_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= README_LINES
