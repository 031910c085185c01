"""How gunicorn serves the site; WEB_CONCURRENCY and --bind come from outside."""

import os

workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
threads = 4
preload_app = True  # a wrong setting stops the start, once, with one line
timeout = 60
graceful_timeout = 30
loglevel = os.environ.get("LOG_LEVEL", "warning")
control_socket_disable = True  # two services of one user would share its place in $HOME
