"""A WebSocket client of few words (RFC 6455), independent of the server's code and library."""
import base64
import hashlib
import json
import os
import socket
import struct
import threading
import time
import urllib.error
import urllib.request

MAGIC = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class Refused(Exception):
    def __init__(self, status, body):
        super().__init__(f"{status}: {body}")
        self.status = status


class WebSocket:
    """Reads on a thread of its own; what came is in `messages` (parsed JSON) and `binary` (time, bytes)."""

    def __init__(self, address, path="/ws", headers=None):
        host, port = address.split(":")
        self.socket = socket.create_connection((host, int(port)), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {path} HTTP/1.1", f"Host: {address}", "Upgrade: websocket", "Connection: Upgrade",
                 "Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {key}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self.rest = b""
        while b"\r\n\r\n" not in self.rest:
            more = self.socket.recv(4096)
            if not more:
                raise Refused(0, "the connection ended")
            self.rest += more
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        status = int(head.split()[1])
        if status != 101:
            raise Refused(status, self.rest.decode(errors="replace"))
        expected = base64.b64encode(hashlib.sha1((key + MAGIC).encode()).digest())
        assert b"Sec-WebSocket-Accept: " + expected in head, head
        self.messages, self.binary, self.close_code = [], [], None
        self.changed = threading.Condition()
        self.write_lock = threading.Lock()
        self.socket.settimeout(None)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _exactly(self, count):
        while len(self.rest) < count:
            more = self.socket.recv(65536)
            if not more:
                raise ConnectionError("ended")
            self.rest += more
        taken, self.rest = self.rest[:count], self.rest[count:]
        return taken

    def _read(self):
        try:
            while True:
                first, size = self._exactly(2)
                assert first & 0x70 == 0 and size & 0x80 == 0
                if size == 126:
                    size, = struct.unpack(">H", self._exactly(2))
                elif size == 127:
                    size, = struct.unpack(">Q", self._exactly(8))
                payload = self._exactly(size)
                opcode = first & 0x0F
                with self.changed:
                    if opcode == TEXT:
                        self.messages.append(json.loads(payload))
                    elif opcode == BINARY:
                        self.binary.append((time.monotonic(), payload))
                    elif opcode == CLOSE:
                        self.close_code = struct.unpack(">H", payload[:2])[0] if payload else 1005
                    self.changed.notify_all()
                if opcode == PING:
                    self._send(PONG, payload)
                if opcode == CLOSE:
                    self._send(CLOSE, payload)
        except (OSError, ConnectionError):
            with self.changed:
                self.close_code = self.close_code or 1006
                self.changed.notify_all()

    def _send(self, opcode, payload):
        mask = os.urandom(4)
        size = len(payload)
        length = struct.pack(">B", 0x80 | size) if size < 126 else \
            struct.pack(">BH", 0xFE, size) if size < 65536 else struct.pack(">BQ", 0xFF, size)
        key = (mask * (size // 4 + 1))[:size]
        masked = (int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")).to_bytes(size, "big") if size else b""
        with self.write_lock:
            self.socket.sendall(bytes([0x80 | opcode]) + length + mask + masked)

    def send(self, **message):
        self._send(TEXT, json.dumps(message).encode())

    def send_binary(self, data):
        self._send(BINARY, data)

    def wait(self, condition, seconds, what):
        """Waits until condition(self) returns something true, and returns it."""
        deadline = time.monotonic() + seconds
        with self.changed:
            while True:
                found = condition(self)
                if found:
                    return found
                left = deadline - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"{what} did not come within {seconds} s; there were " +
                                         str([message.get("type") for message in self.messages]))
                self.changed.wait(left)

    def wait_type(self, kind, seconds=15, **data):
        def look(self):
            return next((m for m in self.messages if m["type"] == kind and
                         all(m["data"].get(name) == value for name, value in data.items())), None)
        return self.wait(look, seconds, f"{kind} {data}")

    def close(self):
        try:
            self._send(CLOSE, struct.pack(">H", 1000))
            self.reader.join(timeout=5)
        except OSError:
            pass
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def post(address, path, body=b"", headers=None):
    """(status, parsed JSON) of a POST."""
    request = urllib.request.Request(f"http://{address}{path}", data=body, method="POST", headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)
