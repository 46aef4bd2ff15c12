"""The process that holds the S3 server: says its address on standard output and ends with its parent."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

from demo_range.loopback import LOOPBACK
from demo_range.s3_gate import AnonymousGate


def serve() -> None:
    """Serve until standard input ends, which it does when the parent closes it or dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt at the terminal is for the parent
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app = AnonymousGate(DomainDispatcherApplication(create_backend_app))
    server = make_server(LOOPBACK, 0, app, threaded=True, request_handler=MotoRequestHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # moto prints; nobody reads
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    serve()
