"""The packaged suite of the Wikipedia benchmark: complete, and one line where the files are missing."""

from shallow_cmr.cli import main
from shallow_cmr.experiment import read_suite
from shallow_cmr.methods import all_methods


def test_it_runs_every_method_of_the_package():
    assert {method.name for method in read_suite("wikipedia").methods} == set(all_methods())


def test_linear_projections_stay_within_the_rank_of_ten_topics():
    for cell in read_suite("wikipedia").cells():
        assert cell.size <= 9 or cell.method.name in ("CCAITQ", "CMFH", "SePH")


def test_only_what_draws_random_numbers_has_several_seeds():
    seeded = {cell.method.label for cell in read_suite("wikipedia").cells() if cell.seed}
    assert seeded == {"CCA-ITQ", "CMFH", "SePH, with labels"}


def test_missing_files_are_named_with_the_remedy(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("SHALLOW_CMR_DATA", str(tmp_path))
    assert main(["bench", "wikipedia", "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr().err
    assert "raw_features.mat" in told
    assert "SHALLOW_CMR_DATA" in told
    assert not (tmp_path / "out").exists()
