#!/usr/bin/env python3
"""A door for programs that cannot sign in: passes requests on to a server with a
key added, on an address of this machine that it prints.

    signed_in.py SERVER KEY
"""

import http.client
import http.server
import sys
import urllib.parse


class Door(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_address, key = None, None

    def passed(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        there = http.client.HTTPConnection(self.server_address, timeout=60)
        there.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():  # the host stays that of the door: links lead through it
            if name.lower() not in ("connection", "content-length"):
                there.putheader(name, value)
        there.putheader("Authorization", "Bearer " + self.key)
        if body or self.command in ("POST", "PUT", "PATCH"):
            there.putheader("Content-Length", str(len(body)))
        there.endheaders(body or None)
        answer = there.getresponse()
        content = answer.read()
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in ("connection", "content-length", "transfer-encoding"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
        there.close()

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = passed

    def log_message(self, *_):
        pass


def main(server, key):
    Door.server_address, Door.key = urllib.parse.urlsplit(server).netloc, key
    door = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door)
    print(f"http://127.0.0.1:{door.server_port}", flush=True)
    door.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
