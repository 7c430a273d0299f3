"""The page of parameters is the table's."""

from pathlib import Path

from tests.realtime.parameter_page import page

PAGE = Path(__file__).parents[2] / "docs" / "parameters.md"


def test_the_page_is_made_from_the_table_as_it_stands() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m tests.realtime.parameter_page > docs/parameters.md"
