# SPDX-License-Identifier: MIT
"""Answers a request over HTTP with a page of 20 KiB."""
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.request import urlopen

PAGE = b"<html>" + b"<p>text</p>" * 2000 + b"</html>"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *words):
        pass


SERVER = None


def handler(event):
    global SERVER
    if SERVER is None:  # a thread does not outlive a fork: the server comes with the first call
        SERVER = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=SERVER.serve_forever, daemon=True).start()
    with urlopen(f"http://127.0.0.1:{SERVER.server_port}/") as answer:
        return len(answer.read())
