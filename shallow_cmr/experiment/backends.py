"""Who runs the cells: processes of this machine, its threads, or a Dask cluster; any backend of joblib."""

import signal
import time
import warnings
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from threading import Lock, current_thread, main_thread

import joblib
from joblib import Parallel, delayed
from joblib.parallel import LokyBackend, get_active_backend

__all__ = ["as_they_finish", "run_on"]

_ON_ITS_WAY = 10  # seconds that a call may be on its way to a process, ten thousand times what it takes


@contextmanager
def run_on(backend, scheduler=None):
    """Let what runs inside use a backend of joblib.

    Parameters
    ----------
    backend : str
        "loky" (processes), "threading", "multiprocessing", "dask", or another that joblib knows.
    scheduler : str, optional
        Address of the Dask scheduler, such as ``"tcp://10.0.0.1:8786"``. Its workers need this package and the data.

    Yields
    ------
    None
        Inside, `run_suite` and `run_cells` use the backend.

    Raises
    ------
    ValueError
        Unknown backend, or a scheduler without Dask or the reverse.
    ModuleNotFoundError
        Dask is not installed.
    OSError
        No scheduler answers.

    Examples
    --------
    >>> from joblib import effective_n_jobs
    >>> from shallow_cmr.experiment import run_on
    >>> with run_on("threading"):
    ...     effective_n_jobs(3)
    3
    """
    if (backend == "dask") != (scheduler is not None):
        raise ValueError("a Dask cluster needs both: --backend dask --scheduler tcp://HOST:8786")
    if backend == "dask":
        with _client(scheduler) as client, joblib.parallel_config("dask", client=client):
            yield
    else:
        with joblib.parallel_config(backend):
            yield


def _client(scheduler):
    """Return a client of the scheduler."""
    try:
        from distributed import Client
    except ModuleNotFoundError as error:
        message = "the backend dask needs the extra of this name: pip install 'shallow_cmr[dask]'"
        raise ModuleNotFoundError(message, name=error.name) from error
    try:
        return Client(scheduler, timeout="10s")
    except OSError as error:
        raise OSError(f"no Dask scheduler answers at {scheduler}: {error}") from error


def as_they_finish(function, calls, n_jobs):
    """Yield the results of calls in the order in which the active backend of joblib finishes them.

    Backends that cannot hand out one result before all are there (multiprocessing, Ray) get a few calls at a time: as
    many as run side by side. A Dask cluster gets them all, whatever `n_jobs` is.

    Parameters
    ----------
    function : callable
        Of a module, so that other processes find it.
    calls : list of tuple
        Its arguments.
    n_jobs : int

    Raises
    ------
    BrokenProcessPool
        Workers died.
    """
    backend = get_active_backend()[0]
    if hasattr(backend, "client"):
        yield from _on_cluster(function, calls, backend.client)
        return
    tasks = [delayed(function)(*arguments) for arguments in calls]
    if backend.supports_return_generator:
        if type(backend) is LokyBackend:
            backend = _Processes(
                nesting_level=backend.nesting_level,
                inner_max_num_threads=backend.inner_max_num_threads,
                **backend.backend_kwargs,
            )
        with _undisturbed():
            finished = Parallel(n_jobs, backend, return_as="generator_unordered", batch_size=1)(tasks)
        with _closing(finished):
            for result in finished:  # noqa: UP028 - `yield from` would close it before we can do so in silence
                yield result
    else:
        n_at_once = joblib.effective_n_jobs(n_jobs)
        for start in range(0, len(tasks), n_at_once):
            yield from Parallel(n_jobs=n_jobs)(tasks[start : start + n_at_once])


class _Processes(LokyBackend):
    """Processes of this machine that can be given up at any moment.

    joblib hands out the next call as soon as one is done. Should the processes be ended before that call is on its way
    to one of them, loky's thread in between looks for a call that is no longer there, dies with a traceback and leaves
    semaphores behind. Here no more calls are handed out at the end, and it waits for the latest, a millisecond or so.
    """

    def __init__(self, **options):
        super().__init__(**options)
        self._handing_out = Lock()
        self._latest = None
        self._given_up = False

    def submit(self, func, callback=None):
        with self._handing_out:
            if self._given_up:
                return Future()  # which nobody awaits
            self._latest = future = super().submit(func)
        if callback is not None:  # of a call that is done by now it hands out the next one, here and at once
            future.add_done_callback(callback)
        return future

    def abort_everything(self, ensure_ready=True):
        with self._handing_out:
            self._given_up = True
        latest, end = self._latest, time.monotonic() + _ON_ITS_WAY
        while latest and not (latest.running() or latest.done()) and time.monotonic() < end:
            time.sleep(0.001)
        super().abort_everything(ensure_ready)


@contextmanager
def _undisturbed():
    """Let processes that are started inside not hear Ctrl-C: this one does, and ends them without their last words.

    For the few hundredths of a second that it takes, this one does not hear it either.
    """
    if current_thread() is not main_thread():
        yield
        return
    heard = signal.signal(signal.SIGINT, signal.SIG_IGN)  # new processes inherit it; masks, joblib would lift
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, heard)


@contextmanager
def _closing(finished):
    """Close a generator of joblib at the end, without its word on tasks that an interrupt has left undone."""
    try:
        yield
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            finished.close()


def _on_cluster(function, calls, client):
    """Yield the results of calls as a Dask cluster finishes them.

    Not through joblib, which waits for ever for a call whose workers died.
    """
    from distributed import KilledWorker, as_completed

    futures = [client.submit(function, *arguments, pure=False) for arguments in calls]
    try:
        for _, result in as_completed(futures, with_results=True):
            yield result
    except KilledWorker as error:
        raise BrokenProcessPool(str(error)) from error
    finally:
        client.cancel(futures)
