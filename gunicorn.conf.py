"""How gunicorn serves the site; WEB_CONCURRENCY and --bind come from outside."""

import os
import shutil
import tempfile

from gunicorn.workers.base import Worker

from mentorship.operations.logs import configuration

production = os.environ.get("MENTORSHIP_MODE", "production") == "production"

workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
preload_app = True  # a wrong setting stops the start, once, with one line
timeout = 60
graceful_timeout = 25  # seconds for requests at hand when told to end; all is over within 30
loglevel = os.environ.get("LOG_LEVEL") or ("info" if production else "warning")
if production:
    logconfig_dict = configuration(loglevel)
control_socket_disable = True  # two services of one user would share its place in $HOME

# Where the processes add up what /metrics tells; a new one every start. The library looks for it
# when it is first imported.
FIGURES = tempfile.mkdtemp(prefix="mentorship-figures-")
os.environ["PROMETHEUS_MULTIPROC_DIR"] = FIGURES


def child_exit(_server: object, worker: Worker) -> None:
    from prometheus_client.multiprocess import mark_process_dead  # noqa: PLC0415  see FIGURES

    mark_process_dead(worker.pid)


def on_exit(_server: object) -> None:
    shutil.rmtree(FIGURES, ignore_errors=True)
