"""Suites as data: what they say is what is run, and a wrong one is refused by line and name."""

import pytest
from tiny_suite import small_suite

from shallow_cmr.experiment import DatasetEntry, MethodEntry, Suite, packaged_suites, read_suite, run_suite
from shallow_cmr.experiment.toml_lines import line_of
from shallow_cmr.methods import all_methods
from shallow_cmr.protocol import Protocol, get_protocol

pytestmark = pytest.mark.usefixtures("tiny")


def write_toml(path, text):
    """Write a suite file and return its path."""
    path.write_text(text, encoding="utf-8")
    return path


TINY = 'sizes = [1]\n[[datasets]]\nname = "tiny"\nsplits = [0]\n[[methods]]\nname = "CCA"\n'


def test_a_suite_is_read_from_toml(tmp_path):
    suite = read_suite(write_toml(tmp_path / "my.toml", TINY + "parameters = { reg = 0.5 }\n"))
    (cell,) = suite.cells()
    assert cell.build().get_params() == {"n_components": 1, "reg": 0.5, "power": 0}
    assert cell.options == {"split": 0}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("size = [1]\n" + TINY, "unknown key in the suite: 'size'; did you mean 'sizes'. known: .*sizes"),
        (TINY + "reg = 1\n", r"unknown key in \[\[methods\]\]: 'reg'; known: name, label, parameters"),
        (TINY.replace('"CCA"', '"CAC"'), "unknown method: 'CAC'; did you mean 'CCA'. known: .*CCA"),
        (TINY.replace('"tiny"', '"mnist"'), "unknown dataset: 'mnist'; known: openclipart, .*tiny"),
        (
            TINY.replace("splits", "options = { shfit = 1 }\nsplits"),
            "unknown option of dataset 'tiny' .*: 'shfit'; did you mean 'shift'. known: shift",
        ),
        (TINY + "parameters = { ridge = 1 }\n", "unknown parameter of CCA.*: 'ridge'; known: .*reg"),
        (TINY + "parameters = { n_components = 1 }\n", "unknown parameter of CCA .*sizes are set apart"),
        ('protocol = "held-out"\n' + TINY, "held-out.*heldout"),
        ('protocol = { name = "mine", cutoff = 5 }\n' + TINY, r"unknown key in \[protocol\]: 'cutoff'; known: name"),
        (TINY + '[[methods]]\nname = "CCA"\n', "label 'CCA' stands for two methods"),
        (TINY.replace("sizes = [1]", "sizes = [0]"), "sizes are whole numbers from 1, got 0"),
        (TINY.replace("sizes = [1]", "sizes = 1"), "sizes in the suite is a list, got 1"),
        (
            TINY.replace('[[datasets]]\nname = "tiny"\nsplits = [0]', "datasets = 5"),
            "datasets .* list of tables.*got 5",
        ),
        (TINY.replace("[[methods]]", "[methods]"), r"each headed \[\[methods\]\], got {'name': 'CCA'}"),
        ('protocol = ["heldout"]\n' + TINY, r"protocol in the suite is a name or a table, got \['heldout'\]"),
        ('protocol = { name = ["x"] }\n' + TINY, r"name in \[protocol\] is a string, got \['x'\]"),
        ('seeds = ["a"]\n' + TINY, "seeds are whole numbers from 0, got 'a'"),
        ("seeds = [-1]\n" + TINY, "seeds are whole numbers from 0, got -1"),
        (TINY.replace("splits = [0]", "splits = [true]"), "splits are whole numbers from 0, got True"),
        (TINY.replace("splits = [0]", "splits = [0, 1, 0]"), "splits name 0 twice"),
        (TINY.replace("sizes = [1]", "sizes = [2, 2]"), "sizes name 2 twice"),
        (TINY + "parameters = { reg = -1 }\n", "'reg' parameter of CCA must be .* Got -1"),
        (TINY + "parameters = { reg = true }\n", "'reg' parameter of CCA must be .* Got True"),
        (TINY + "parameters = 3\n", r"parameters in \[\[methods\]\] is a table, got 3"),
        (TINY + "label = 3\n", r"label in \[\[methods\]\] is a string, got 3"),
        (TINY.replace("sizes = [1]\n", ""), "the suite needs the key 'sizes'"),
        (TINY.split("[[methods]]")[0], "at least one entry in 'methods'"),
        (TINY + "label = \n", "line 7"),
    ],
)
def test_a_wrong_suite_is_refused_with_the_known_names(tmp_path, text, message):
    with pytest.raises(ValueError, match=message) as caught:
        read_suite(write_toml(tmp_path / "wrong.toml", text))
    assert "wrong.toml" in str(caught.value)


SOUND = """# a comment
title = "a suite"  # title = "no other"
description = '''
sizes = [99]
[[methods]]
'''
sizes = [
    1,
    2,
]
protocol = { name = "mine", measures = ["map"] }

[[datasets]]
name = "tiny"
splits = [0]

[[methods]]
name = "PLS"

  [[methods]]  # indented
  name = "CCA"
  [methods.parameters]
  reg = 0.5
  power = 0

[[methods]]
label = "tuned"
name = "CCA"
tune = { reg = [0.1, 1], power = [0, 1] }
"""


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("sizes = [\n    1,\n    2,\n]", "sises = [\n1]", 7),
        ("    2,", "    0,", 7),
        ('measures = ["map"]', 'measures = ["mpa"]', 11),
        ('name = "tiny"', 'name = "tinny"', 14),
        ("splits = [0]", "splits = [0, 0]", 15),
        ("splits = [0]", 'options = { shift = 1, side = "left" }', 15),
        ("splits = [0]", 'protocol = "held out"', 15),
        ('[[datasets]]\nname = "tiny"', "[[datasets]]", 13),
        ('name = "PLS"', 'name = "PSL"', 18),
        ('  name = "CCA"', '  name = "CAC"', 21),
        ("  power = 0", "  powers = 0", 24),
        ("  reg = 0.5", "  reg = -1", 22),
        ('label = "tuned"', 'lable = "tuned"', 27),
        ('label = "tuned"', 'label = "PLS"', 26),
        ("tune = {", "parameters.max = 3\ntune = {", 29),
        ("power = [0, 1]", "powers = [0, 1]", 29),
        ("power = [0, 1]", "power = [0, -1]", 29),
        ("power = [0, 1]", "power = []", 29),
        ("power = [0, 1] }", 'power = [0, 1] }\ndatasets = ["tny"]', 30),
        ("power = [0, 1]", "n_components = [1, 2]", 29),
        ("power = [0, 1]", "power = [0, 1]\n", 29),
    ],
)
def test_errors_name_the_line(tmp_path, old, new, line):
    assert SOUND.count(old) == 1
    read_suite(write_toml(tmp_path / "sound.toml", SOUND))
    path = write_toml(tmp_path / "wrong.toml", SOUND.replace(old, new))
    with pytest.raises(ValueError, match=rf"wrong\.toml:{line}: ") as caught:
        read_suite(path)
    assert len(str(caught.value).splitlines()) == 1


def test_what_is_missing_from_the_whole_suite_has_no_line(tmp_path):
    with pytest.raises(ValueError, match=r"wrong\.toml: the suite needs the key 'sizes'"):
        read_suite(write_toml(tmp_path / "wrong.toml", TINY.replace("sizes = [1]\n", "")))


def test_a_file_that_is_no_utf8_says_so(tmp_path):
    (tmp_path / "wrong.toml").write_bytes(TINY.encode() + b"note = '\xff'\n")
    with pytest.raises(ValueError, match="TOML is UTF-8"):
        read_suite(tmp_path / "wrong.toml")


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_lines_of_nested_tables_and_arrays(newline):
    text = """
[a]
b.c = 1
d = [
  { e = 2 },
  { f = 3 },
]
[[a.g]]
h = 4
[[a.g]]
[a.g.i]
j = 5
[[a.g.k]]
l = 6
[[a.g]]
[[a.g.k]]
l = 7
""".replace("\n", newline)
    places = {
        ("a",): 2,
        ("a", "b", "c"): 3,
        ("a", "d", 1, "f"): 4,
        ("a", "g", 0, "h"): 9,
        ("a", "g", 1): 10,
        ("a", "g", 1, "i", "j"): 12,
        ("a", "g", 1, "k", 0, "l"): 14,
        ("a", "g", 2, "k", 0, "l"): 17,
        ("a", "g", 2, "k", 0, "no such"): 16,
        ("no such",): None,
    }
    assert {where: line_of(text.replace("\r", ""), where) for where in places} == places


def test_a_missing_suite_names_the_packaged_ones():
    with pytest.raises(FileNotFoundError, match=r"no suite 'quik'; did you mean 'quick'\? give a .toml file or one of"):
        read_suite("quik")


@pytest.mark.parametrize("name", packaged_suites())
def test_packaged_suites_are_sound(name):
    suite = read_suite(name)
    assert suite.title
    assert suite.description
    assert all(method.note for method in suite.methods)
    assert len({cell.key for cell in suite.cells()}) == len(suite.cells())


def test_quick_runs_every_method_and_so_does_scaling():
    for name in ("quick", "scaling"):
        assert {method.name for method in read_suite(name).methods} == set(all_methods())


def test_a_method_may_be_run_on_some_datasets_alone():
    entries = DatasetEntry("tiny"), DatasetEntry("tiny", {"shift": 1.0}, label="shifted")
    suite = Suite(entries, (MethodEntry("PLS"), MethodEntry("CCA", datasets=("shifted",))), (1,))
    assert [(cell.dataset.label, cell.method.label) for cell in suite.cells()] == [
        ("tiny", "PLS"),
        ("shifted", "PLS"),
        ("shifted", "CCA"),
    ]
    with pytest.raises(ValueError, match=r"unknown label of a dataset: 'shiftd'; did you mean 'shifted'\?"):
        Suite(entries, (MethodEntry("CCA", datasets=("shiftd",)),), (1,))


def test_a_suite_can_be_cut_down_to_some_methods():
    suite = small_suite(MethodEntry("CCA", label="first"), MethodEntry("CCA", label="second"), MethodEntry("PLS"))
    assert [method.label for method in suite.only(["CCA"]).methods] == ["first", "second"]
    assert [method.label for method in suite.only(["second", "PLS"]).methods] == ["second", "PLS"]
    with pytest.raises(ValueError, match=r"unknown method of the suite: 'KCCA'; did you mean 'CCA'\? known: first, C"):
        suite.only(["KCCA"])


def test_a_dataset_may_have_a_protocol_of_its_own(tmp_path):
    mine = Protocol("mine", measures=("ndcg@5", "map"))
    entries = DatasetEntry("tiny", splits=(0,)), DatasetEntry("tiny", label="graded", splits=(0,), protocol=mine)
    suite = Suite(entries, (MethodEntry("PLS"),), (2,), protocol="training_database")
    results = run_suite(suite, tmp_path, n_jobs=1)
    found = {(row["dataset"], row["measure"], row["protocol"]) for row in results.rows}
    assert found == {
        ("tiny", "mAP@all", "training_database"),
        ("graded", "NDCG@5", "mine"),
        ("graded", "mAP@all", "mine"),
    }
    assert results.protocol_of("graded") == str(mine)
    assert results.protocol_of("tiny") == str(get_protocol("training_database"))


def test_every_protocol_of_the_same_data_is_held_against_them(tmp_path):
    mine = Protocol("mine", measures=("ndcg@31",))
    entries = DatasetEntry("tiny"), DatasetEntry("tiny", label="graded", protocol=mine)
    with pytest.raises(ValueError, match="dataset graded: top_k=31 is more than the 30 items"):
        run_suite(Suite(entries, (MethodEntry("PLS"),), (2,)), tmp_path, n_jobs=1)


def test_the_protocol_of_a_dataset_is_read_from_toml(tmp_path):
    own = 'name = "tiny"\nprotocol = { name = "mine", measures = ["ndcg@5"] }\n'
    suite = read_suite(write_toml(tmp_path / "my.toml", TINY.replace('name = "tiny"\n', own)))
    assert [cell.protocol for cell in suite.cells()] == [Protocol("mine", measures=("ndcg@5",))]
