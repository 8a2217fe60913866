"""A private package index: one package, over TLS, for those who know the password.

Runs in the install image: `python3 index_server.py FOLDER`, which holds `key.pem`, `authority.pem`
and the wheels.
"""

import base64
import http.server
import ssl
import sys
from pathlib import Path

EXPECTED = "Basic " + base64.b64encode(b"reader:pass:word").decode("ascii")


class Index(http.server.BaseHTTPRequestHandler):
    """Answers the simple API for the wheels in the folder."""

    def do_GET(self) -> None:
        """Answer with the list of files, or with a file."""
        if self.headers.get("Authorization") != EXPECTED:
            self.answer(401, b"who are you?", "text/plain")
        elif self.path.endswith(".whl"):
            self.answer(200, (FOLDER / Path(self.path).name).read_bytes(), "application/zip")
        else:
            wheels = sorted(FOLDER.glob(f"{Path(self.path).name.replace('-', '_')}-*.whl"))
            links = "".join(f'<a href="/files/{x.name}">{x.name}</a>' for x in wheels)
            self.answer(200 if wheels else 404, links.encode(), "text/html")

    def answer(self, status: int, body: bytes, kind: str) -> None:
        """Send an answer."""
        self.send_response(status)
        if status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="index"')
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    FOLDER = Path(sys.argv[1])
    server = http.server.ThreadingHTTPServer(("0.0.0.0", 8443), Index)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(FOLDER / "authority.pem", FOLDER / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    sys.stdout.write("listening\n")
    sys.stdout.flush()
    server.serve_forever()
