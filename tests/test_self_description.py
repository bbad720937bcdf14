"""A method explains itself: in notebooks, in the terminal, in tables, from what its class says once."""

import re
from html import unescape

import pytest
import sklearn

from shallow_cmr import CrossModalPipeline, all_methods
from shallow_cmr.base.self_description import describe_method
from shallow_cmr.cli import main

METHODS = all_methods()


@pytest.mark.parametrize("name", METHODS)
def test_every_method_says_what_it_is_needs_costs_and_where_it_comes_from(name):
    facts = describe_method(METHODS[name]())
    assert facts["name"] == name
    assert all(facts.values())
    assert re.fullmatch(r".*\(\d{4}\)", facts["paper"])
    assert re.search(r"O\(", facts["cost"])
    assert not re.search(r"[\n`]|:[a-z]+:", facts["summary"])
    assert ("learns in chunks" in facts["needs"]) == hasattr(METHODS[name](), "partial_fit")


@pytest.mark.parametrize("name", METHODS)
def test_notebooks_show_the_diagram_with_the_methods_own_words_below(name):
    estimator = METHODS[name]()
    for html in (estimator._repr_mimebundle_()["text/html"], estimator._repr_html_()):
        assert "sk-top-container" in html
        facts = describe_method(METHODS[name]())
        text = unescape(re.sub(r"<[^>]+>", "", html))
        for fact in ("summary", "needs", "cost", "reference"):
            assert facts[fact] in text


def test_a_doi_is_a_link_and_a_less_than_sign_is_no_tag():
    html = METHODS["CCA"]()._repr_html_()
    assert "<a href='https://doi.org/10.1093/biomet/28.3-4.321'>" in html

    class Odd(METHODS["CCA"]):
        """Takes a < b & c."""

    assert "Takes a &lt; b &amp; c" in Odd()._html_repr()


def test_a_pipeline_is_shown_as_one():
    assert "CrossModalPipeline" in CrossModalPipeline(estimator=METHODS["CCA"]())._repr_html_()


def test_text_is_shown_where_the_reader_wants_text():
    with sklearn.config_context(display="text"):
        estimator = METHODS["CCA"]()
        assert list(estimator._repr_mimebundle_()) == ["text/plain"]
        assert not hasattr(estimator, "_repr_html_")


def test_the_list_names_every_method_and_in_full_all_that_is_known_of_it(capsys):
    assert main(["list"]) == 0
    brief = capsys.readouterr().out
    assert main(["list", "--verbose"]) == 0
    full = " ".join(capsys.readouterr().out.split())
    for name, method in METHODS.items():
        assert re.search(rf"^{name} ", brief, re.MULTILINE)
        assert describe_method(method())["cost"].split()[0] in full
        assert f"{name}(" in full
    assert len(full) > len(brief)


def test_the_list_can_be_of_some_methods_and_knows_no_others(capsys):
    assert main(["list", "PLS", "--verbose"]) == 0
    printed = capsys.readouterr().out
    assert "PLS(n_components=None)" in printed
    assert "KCCA(" not in printed
    assert main(["list", "PLSS"]) == 2
    assert "unknown method: 'PLSS'; did you mean 'PLS'? known: " in capsys.readouterr().err
