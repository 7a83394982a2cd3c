"""A small S3 server that believes nobody: it computes each signature itself, from the published description of AWS
Signature Version 4, and refuses every other. Faults on request. Serves tests only."""
import base64
import datetime
import hashlib
import hmac
import http.server
import socket
import threading
import urllib.parse
import xml.etree.ElementTree
import xml.sax.saxutils

LONGEST_SKEW = 900


def hash_of(data):
    return hashlib.sha256(data).hexdigest()


def encode(text):
    return urllib.parse.quote(text, safe="-._~")


class Refused(Exception):
    def __init__(self, status, code):
        super().__init__(code)
        self.status, self.code = status, code


def check_signature(handler, body, keys, region):
    """Raises Refused unless the request is signed, whole and fresh."""
    headers = {name.lower(): value for name, value in handler.headers.items()}
    words = dict(part.strip().split("=", 1) for part in headers.get("authorization", " ").split(" ", 1)[1].split(",") if "=" in part)
    if not headers.get("authorization", "").startswith("AWS4-HMAC-SHA256 "):
        raise Refused(403, "AccessDenied")
    access, day, scope_region, service, end = words["Credential"].split("/")
    if access not in keys or (scope_region, service, end) != (region, "s3", "aws4_request"):
        raise Refused(403, "InvalidAccessKeyId")
    secret, token = keys[access]
    if token is not None and headers.get("x-amz-security-token") != token:
        raise Refused(400, "InvalidToken")
    signed = words["SignedHeaders"].split(";")
    if signed != sorted(signed) or "host" not in signed or any(n.startswith("x-amz-") and n not in signed for n in headers):
        raise Refused(403, "AccessDenied")
    date = headers["x-amz-date"]
    moment = datetime.datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.timezone.utc)
    if abs((datetime.datetime.now(datetime.timezone.utc) - moment).total_seconds()) > LONGEST_SKEW or not date.startswith(day):
        raise Refused(403, "RequestTimeTooSkewed")
    stated = headers["x-amz-content-sha256"]
    if stated == "UNSIGNED-PAYLOAD":
        if base64.b64decode(headers.get("content-md5", "")) != hashlib.md5(body).digest():
            raise Refused(400, "BadDigest")
    elif stated != hash_of(body):
        raise Refused(400, "XAmzContentSHA256Mismatch")
    path, _, query = handler.path.partition("?")
    pairs = sorted((encode(n), encode(v)) for n, v in urllib.parse.parse_qsl(query, keep_blank_values=True))
    canonical = "\n".join([
        handler.command, path, "&".join(f"{n}={v}" for n, v in pairs),
        *(f"{name}:{' '.join(headers[name].split())}" for name in signed), "", ";".join(signed), stated])
    to_sign = "\n".join(["AWS4-HMAC-SHA256", date, f"{day}/{region}/s3/aws4_request", hash_of(canonical.encode())])
    key = ("AWS4" + secret).encode()
    for part in (day, region, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    if hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest() != words["Signature"]:
        raise Refused(403, "SignatureDoesNotMatch")


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def setup(self):
        super().setup()
        self.server.world.connections.append(self.connection)

    def answer(self, status, body=b"", **headers):
        if self.server.world.mode == "hold" and self.command == "PUT":
            self.server.world.held.set()
            self.server.world.release.wait(60)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def serve(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        world = self.server.world
        fault = world.next_fault()
        if world.mode == "hang":
            world.release.wait(120)
            fault = "drop"
        if world.mode == 503:
            fault = 503
        if fault == "drop":
            self.close_connection = True
            return
        if fault:
            self.answer(fault, b"<Error><Code>SlowDown</Code></Error>", Retry_After="0")
            return
        try:
            check_signature(self, body, world.keys, world.region)
            with world.lock:
                self.operate(world, body)
        except Refused as refused:
            world.refusals.append(refused.code)
            self.answer(refused.status, f"<Error><Code>{refused.code}</Code></Error>".encode())

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = serve

    def operate(self, world, body):
        path, _, query = self.path.partition("?")
        query = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        path = urllib.parse.unquote(path)
        host = self.headers["Host"].split(":")[0]
        if host.startswith(world.bucket + "."):
            path = "/" + world.bucket + path
        bucket, _, key = path[1:].partition("/")
        if bucket != world.bucket:
            raise Refused(404, "NoSuchBucket")
        world.requests.append((self.command, key, query, len(body)))
        if not key:
            return self.answer(200) if self.command == "HEAD" else self.list(world, query)
        if "uploads" in query or "uploadId" in query:
            return self.multipart(world, key, query, body)
        return self.object(world, key, query, body)

    def object(self, world, key, query, body):
        if self.command == "PUT":
            world.objects[key] = body
            if world.versioned:
                world.versions.setdefault(key, []).append(body)
            stored = body + b"?" if world.mode == "wrong" else body
            return self.answer(200, ETag=f'"{hashlib.md5(stored).hexdigest()}"')
        if self.command == "DELETE" and "versionId" in query:
            world.versions[key][int(query["versionId"])] = None
            return self.answer(204, x_amz_version_id=query["versionId"])
        if self.command == "DELETE":
            world.objects.pop(key, None)
            if not world.versioned:
                return self.answer(204)
            world.versions.setdefault(key, []).append("marker")
            return self.answer(204, x_amz_delete_marker="true")
        if key not in world.objects:
            raise Refused(404, "NoSuchKey")
        content = world.objects[key]
        common = {"Last_Modified": "Fri, 24 May 2013 00:00:00 GMT"}
        span = self.headers.get("Range")
        if self.command == "HEAD" or not span:
            return self.answer(200, content, Content_Length=str(len(content)), **common)
        first, last = (int(part) for part in span.removeprefix("bytes=").split("-"))
        if first >= len(content):
            raise Refused(416, "InvalidRange")
        piece = content[first:last + 1]
        return self.answer(206, piece, Content_Range=f"bytes {first}-{first + len(piece) - 1}/{len(content)}", **common)

    def list_versions(self, world, query):
        found = ""
        for key, versions in world.versions.items():
            for number, content in enumerate(versions):
                if content is not None and key.startswith(query.get("prefix", "")):
                    kind = "DeleteMarker" if content == "marker" else "Version"
                    found += f"<{kind}><Key>{xml.sax.saxutils.escape(key)}</Key><VersionId>{number}</VersionId></{kind}>"
        self.answer(200, f"<ListVersionsResult>{found}</ListVersionsResult>".encode())

    def list(self, world, query):
        if "versions" in query:
            return self.list_versions(world, query)
        keys = sorted(k for k in world.objects if k.startswith(query.get("prefix", "")) and k > query.get("start-after", ""))
        most = int(query.get("max-keys", 1000))
        entries = "".join(f"<Contents><Key>{xml.sax.saxutils.escape(k)}</Key><Size>{len(world.objects[k])}</Size></Contents>"
                          for k in keys[:most])
        more = str(len(keys) > most).lower()
        self.answer(200, f"<ListBucketResult><IsTruncated>{more}</IsTruncated>{entries}</ListBucketResult>".encode())

    def multipart(self, world, key, query, body):
        if self.command == "POST" and "uploads" in query:
            name = f"upload-{len(world.requests)}"
            world.uploads[name] = (key, {})
            return self.answer(200, f"<InitiateMultipartUploadResult><UploadId>{name}</UploadId></InitiateMultipartUploadResult>".encode())
        name = query["uploadId"]
        if name not in world.uploads or world.uploads[name][0] != key:
            raise Refused(404, "NoSuchUpload")
        parts = world.uploads[name][1]
        if self.command == "DELETE":
            del world.uploads[name]
            return self.answer(204)
        if self.command == "PUT":
            parts[int(query["partNumber"])] = body
            return self.answer(200, ETag=f'"{hashlib.md5(body).hexdigest()}"')
        if self.command == "GET":
            listed = "".join(f"<Part><PartNumber>{n}</PartNumber><ETag>\"{hashlib.md5(p).hexdigest()}\"</ETag><Size>{len(p)}</Size></Part>"
                             for n, p in sorted(parts.items()))
            return self.answer(200, f"<ListPartsResult>{listed}<IsTruncated>false</IsTruncated></ListPartsResult>".encode())
        return self.complete(world, key, name, body)

    def complete(self, world, key, name, body):
        parts = world.uploads[name][1]
        wanted = [(int(p[0].text), p[1].text.strip('"')) for p in xml.etree.ElementTree.fromstring(body)]
        if wanted != [(n, hashlib.md5(p).hexdigest()) for n, p in sorted(parts.items())]:
            raise Refused(400, "InvalidPart")
        if any(len(p) < world.least_part for n, p in sorted(parts.items())[:-1]):
            raise Refused(400, "EntityTooSmall")
        world.objects[key] = b"".join(p for _, p in sorted(parts.items()))
        if world.versioned:
            world.versions.setdefault(key, []).append(world.objects[key])
        del world.uploads[name]
        self.answer(200, b"<CompleteMultipartUploadResult/>")


class StrictS3:
    """On a free port of 127.0.0.1 (or `port`), until stop()."""

    def __init__(self, bucket="frontdesk", region="us-east-1", keys=None, port=0):
        self.bucket, self.region = bucket, region
        self.keys = keys or {"AKTEST": ("secret/of+test", None)}
        self.objects, self.uploads, self.requests, self.refusals = {}, {}, [], []
        self.versioned, self.versions = False, {}
        self.least_part = 5 * 1024 * 1024
        self.faults, self.lock, self.connections = [], threading.Lock(), []
        # Until it is another: 503 to all; "hang": no answer before `release`, and none then; "wrong": the checksums it
        # tells; "hold": what is put is kept, and `held` set, but the answer waits for `release`.
        self.mode, self.held, self.release = None, threading.Event(), threading.Event()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.world, self.server.daemon_threads = self, True
        self.server.handle_error = lambda *_: None  # killed clients
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def next_fault(self):
        with self.lock:
            return self.faults.pop(0) if self.faults else None

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.port}"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.release.set()
        for each in self.connections:  # else those that are kept open are served still
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
