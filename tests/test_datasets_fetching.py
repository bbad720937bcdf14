"""Downloads keep a file only when it is whole and the right one, and say what to do when it is not."""

import hashlib
import io
import sys
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from shallow_cmr.datasets import fetch_mfeat, fetch_wikipedia, fetching, load_wikipedia
from shallow_cmr.datasets.benchmarks import BENCHMARKS, Benchmark, Download
from shallow_cmr.datasets.benchmarks import single_label_sets as sets
from shallow_cmr.datasets.fetching import fetch

pytest.importorskip("pooch")
FILES = {"features.mat": b"MATLAB" + bytes(range(256)) * 900, "classes.list": b"art\nmusic\n"}


def archive(files, folder="wikipedia_dataset/", **options):
    """Return a zip archive of the files in a folder, as bytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in files.items():
            opened.writestr(f"{folder}{name}", content)
    return stream.getvalue()


class Answers(BaseHTTPRequestHandler):
    """Serves what the test put under a name: bytes, with a longer Content-Length if told, or a status."""

    content: dict
    asked: list

    def do_GET(self):
        name = self.path.lstrip("/")
        self.asked.append(name)
        body, extra = self.content.get(name, (None, 0))
        if body is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(body) + extra))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    """A server on this machine; `put` names what it serves, `asked` lists what it was asked for."""

    class Own(Answers):
        content, asked = {}, []

    with ThreadingHTTPServer(("127.0.0.1", 0), Own) as http:
        http.url = f"http://127.0.0.1:{http.server_port}/"
        http.asked = Own.asked
        http.put = lambda name, body, extra=0: Own.content.__setitem__(name, (body, extra))
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield http
        http.shutdown()
        thread.join()


@pytest.fixture
def benchmark(server):
    """A benchmark of two files whose address is the server's."""
    download = Download(server.url + "all.zip", {n: hashlib.sha256(c).hexdigest() for n, c in FILES.items()})
    return Benchmark(
        **{field: getattr(sets.WIKIPEDIA, field) for field in Benchmark.__dataclass_fields__} | {"download": download}
    )


def fetched(benchmark, folder, **options):
    return fetch(benchmark, folder, progress=False, retries=0, **options)


def content(folder):
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_archive_gives_its_files_and_nothing_else(server, benchmark, tmp_path):
    server.put("all.zip", archive(FILES | {"images/x.jpg": b"x" * 999, "readme.txt": b"read me"}))
    assert fetched(benchmark, tmp_path / "new" / "folder") == tmp_path / "new" / "folder"
    assert content(tmp_path) == FILES


def test_files_of_a_folder_are_fetched_one_by_one(server, benchmark, tmp_path):
    for name, body in FILES.items():
        server.put(name, body)
    fetched(benchmark, tmp_path, url=server.url)
    assert content(tmp_path) == FILES
    assert server.asked == list(FILES)


def test_what_is_there_is_not_fetched_again(server, benchmark, tmp_path):
    server.put("all.zip", archive(FILES))
    fetched(benchmark, tmp_path)
    fetched(benchmark, tmp_path)
    assert server.asked == ["all.zip"]
    (tmp_path / "classes.list").write_bytes(b"cut")
    server.put("classes.list", FILES["classes.list"])
    fetched(benchmark, tmp_path, url=server.url)
    assert server.asked == ["all.zip", "classes.list"]
    assert content(tmp_path) == FILES


HTML = b"\n<!DOCTYPE HTML><html><body>Please log in.</body></html>"
FAULTS = {
    "html": (HTML, 0, ValueError, "an HTML page came instead of the file"),
    "wrong hash": (FILES["features.mat"][:-1] + b"!", 0, ValueError, "does not match the known hash"),
    "truncated": (FILES["features.mat"], 700, ConnectionError, "could not be downloaded"),
    "missing": (None, 0, ConnectionError, "404"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_file_that_is_not_the_right_one_leaves_nothing(server, benchmark, tmp_path, fault):
    body, extra, error, message = FAULTS[fault]
    server.put("features.mat", body, extra)
    with pytest.raises(error, match=message) as raised:
        fetched(benchmark, tmp_path, url=server.url)
    assert f"By hand: get features.mat, classes.list from {benchmark.source} and put them into {tmp_path}" in str(
        raised.value
    )
    assert list(tmp_path.iterdir()) == []


ZIP_FAULTS = {
    "html": (HTML, 0, ValueError, "an HTML page came"),
    "no archive": (b"PK\x03\x04 but no more", 0, ValueError, "is no sound zip archive"),
    "cut": (archive(FILES)[:300], 0, ValueError, "is no sound zip archive"),
    "truncated": (archive(FILES), 100, ConnectionError, "could not be downloaded"),
    "other files": (archive({"a": b"b"}), 0, ValueError, r"features.mat \(missing\), classes.list \(missing\)"),
    "another version": (
        archive(FILES | {"classes.list": b"?"}),
        0,
        ValueError,
        r"files: classes.list \(another version\)",
    ),
}


@pytest.mark.parametrize("fault", ZIP_FAULTS)
def test_an_archive_that_is_not_the_right_one_leaves_nothing(server, benchmark, tmp_path, fault):
    body, extra, error, message = ZIP_FAULTS[fault]
    server.put("all.zip", body, extra)
    with pytest.raises(error, match=message):
        fetched(benchmark, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_download_that_does_not_end_is_broken_off(server, benchmark, tmp_path, monkeypatch):
    monkeypatch.setattr(fetching, "LARGEST_DOWNLOAD", 1000)
    server.put("all.zip", bytes(1001))
    with pytest.raises(ValueError, match=r"all.zip is not the file that it should be: more than 1,000 bytes came"):
        fetched(benchmark, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_members_outside_the_folder_stay_inside_it(server, benchmark, tmp_path):
    server.put("all.zip", archive(FILES, folder="../../"))
    fetched(benchmark, tmp_path / "a" / "b")
    assert {path.parent.name for path in tmp_path.rglob("*") if path.is_file()} == {"b"}


def test_without_a_network_the_error_says_what_to_do(server, benchmark, tmp_path):
    closed = server.url.replace(str(server.server_port), "9")
    with pytest.raises(ConnectionError, match=r"127\.0\.0\.1:9/features.mat could not be downloaded .* By hand: get"):
        fetched(benchmark, tmp_path, url=closed)


def test_a_failed_download_is_tried_again(server, benchmark, tmp_path, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda seconds: server.put("classes.list", FILES["classes.list"]))
    server.put("features.mat", FILES["features.mat"])
    fetch(benchmark, tmp_path, url=server.url, progress=False, retries=1)
    assert server.asked == ["features.mat", "classes.list", "classes.list"]
    assert content(tmp_path) == FILES


def test_a_progress_bar_is_shown_on_the_error_stream(server, benchmark, tmp_path, capsys):
    server.put("all.zip", archive(FILES))
    fetch(benchmark, tmp_path, retries=0)
    shown = capsys.readouterr()
    assert "all.zip" in shown.err
    assert shown.out == ""


def test_the_environment_or_the_cache_names_the_folder(server, benchmark, tmp_path, monkeypatch):
    server.put("all.zip", archive(FILES))
    monkeypatch.setenv("SHALLOW_CMR_DATA", str(tmp_path / "data"))
    assert fetched(benchmark, None) == tmp_path / "data" / "wikipedia"
    monkeypatch.delenv("SHALLOW_CMR_DATA")
    monkeypatch.setattr("pooch.os_cache", lambda name: tmp_path / name)
    assert fetched(benchmark, None) == tmp_path / "shallow_cmr" / "wikipedia"


def test_without_pooch_the_extra_is_named(benchmark, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(ImportError, match=r"pip install 'shallow_cmr\[fetch\]'"):
        fetched(benchmark, tmp_path)


def test_other_kinds_of_addresses_are_refused(benchmark, tmp_path):
    with pytest.raises(ValueError, match="must begin with http:// or https://"):
        fetched(benchmark, tmp_path, url="file:///etc/")


@pytest.mark.parametrize("load", [fetch_wikipedia, fetch_mfeat])
def test_each_fetcher_asks_for_the_files_of_its_benchmark(server, tmp_path, load):
    key = load.__name__.removeprefix("fetch_")
    with pytest.raises(ConnectionError, match="404"):
        load(tmp_path, url=server.url, progress=False, retries=0)
    assert server.asked == [next(iter(BENCHMARKS[key].download.sha256))]


def test_a_fetched_benchmark_can_be_loaded(server, tmp_path, wikipedia_folder):
    server.put(
        "w.zip",
        archive({name: (wikipedia_folder / name).read_bytes() for name in BENCHMARKS["wikipedia"].download.sha256}),
    )
    data = load_wikipedia(fetch_wikipedia(tmp_path, url=server.url + "w.zip", progress=False))
    np.testing.assert_array_equal(data.X, load_wikipedia(wikipedia_folder).X)
