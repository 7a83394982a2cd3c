"""Kamailio as the provider's registrar: digest authentication on UDP, TCP and TLS, calls to whoever is registered."""
import hashlib
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

MODULES = "/usr/lib/x86_64-linux-gnu/kamailio/modules/"
REALM = "frontdesk.test"

CONFIG = """#!KAMAILIO
debug=1
log_stderror=yes
children=1
tcp_children=1
auto_aliases=no
alias="localhost"
enable_tls=yes
listen=udp:127.0.0.1:{port}
listen=tcp:127.0.0.1:{port}
listen=tls:127.0.0.1:{tls_port}
mpath="{modules}"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "auth.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "tls.so"
modparam("tls", "tls_method", "TLSv1.2+")
modparam("tls", "certificate", "{folder}/server.pem")
modparam("tls", "private_key", "{folder}/server.key")
modparam("auth", "nonce_expire", 30)
modparam("registrar", "max_expires", 60)

request_route {{
    if (!mf_process_maxfwd_header("10")) {{ sl_send_reply("483", "Too Many Hops"); exit; }}
    if (is_method("CANCEL")) {{ if (t_check_trans()) t_relay(); exit; }}
    if (has_totag()) {{
        if (loose_route() || is_method("ACK")) t_relay();
        else sl_send_reply("404", "Not Here");
        exit;
    }}
    if (is_method("OPTIONS")) {{ sl_send_reply("200", "OK"); exit; }}
    if (is_method("REGISTER")) {{
        if (!pv_www_authenticate("{realm}", "{ha1}", "1")) {{ www_challenge("{realm}", "1"); exit; }}
        if ($au != "{auth_user}") {{ sl_send_reply("403", "Another user's credentials"); exit; }}
        save("location");
        exit;
    }}
    if (is_method("INVITE")) {{
        record_route();
        if (!lookup("location")) {{ sl_send_reply("404", "Not Registered"); exit; }}
        if (!t_relay()) sl_reply_error();
        exit;
    }}
    sl_send_reply("405", "Method Not Allowed");
}}
"""


def free_port():
    """Free for UDP and TCP just now."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp, socket.socket() as tcp:
            udp.bind(("127.0.0.1", 0))
            try:
                tcp.bind(udp.getsockname())
            except OSError:
                continue
            return udp.getsockname()[1]


class Kamailio:
    def __init__(self, auth_user, password):
        self.folder = tempfile.mkdtemp(prefix="frontdesk-kamailio-")
        self.auth_user, self.password = auth_user, password
        self.port, self.tls_port = free_port(), free_port()
        self._make_certificates()
        ha1 = hashlib.md5(f"{auth_user}:{REALM}:{password}".encode()).hexdigest()
        with open(self.folder + "/kamailio.cfg", "w") as out:
            out.write(CONFIG.format(port=self.port, tls_port=self.tls_port, modules=MODULES, folder=self.folder,
                                    realm=REALM, ha1=ha1, auth_user=auth_user))
        self.process = None
        self.start()

    @property
    def ca_file(self):
        return self.folder + "/ca.pem"

    def _make_certificates(self):
        def openssl(*arguments):
            subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True, timeout=30)
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                "-subj", "/CN=Test Authority", "-keyout", "ca.key", "-out", "ca.pem")
        openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=registrar",
                "-keyout", "server.key", "-out", "server.csr")
        with open(self.folder + "/names", "w") as out:
            out.write("subjectAltName=DNS:localhost\n")
        openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                "-days", "2", "-extfile", "names", "-out", "server.pem")

    def start(self):
        self.log = open(self.folder + "/log", "a+")
        self.process = subprocess.Popen(
            ["kamailio", "-DD", "-E", "-f", self.folder + "/kamailio.cfg", "-m", "64", "-M", "8",
             "-Y", self.folder, "-P", self.folder + "/pid"],
            stdout=self.log, stderr=self.log, start_new_session=True)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.tls_port)) == 0:
                    return
            time.sleep(0.05)
        raise AssertionError("kamailio did not start: " + self.log_text())

    def bindings(self, user):
        """{contact URI: seconds left} of an address of record, asked by a REGISTER without Contact."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
            peer.settimeout(5)
            peer.connect(("127.0.0.1", self.port))
            me = "127.0.0.1:%d" % peer.getsockname()[1]
            uri, tag = f"sip:localhost:{self.port}", os.urandom(6).hex()

            def ask(number, more=""):
                peer.send((f"REGISTER {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {me};branch=z9hG4bK{tag}{number}\r\n"
                           f"From: <sip:{user}@localhost>;tag={tag}\r\nTo: <sip:{user}@localhost>\r\n"
                           f"Call-ID: {tag}\r\nCSeq: {number} REGISTER\r\nMax-Forwards: 70\r\n{more}"
                           "Content-Length: 0\r\n\r\n").encode())
                return peer.recv(65535).decode()

            def md5(*parts):
                return hashlib.md5(":".join(parts).encode()).hexdigest()
            challenge = dict(re.findall(r'(\w+)="([^"]*)"', ask(1)))
            nonce, ha2 = challenge["nonce"], md5("REGISTER", uri)
            response = md5(md5(self.auth_user, REALM, self.password), nonce, "00000001", "c", "auth", ha2)
            answer = ask(2, f'Authorization: Digest username="{self.auth_user}", realm="{REALM}", nonce="{nonce}", '
                            f'uri="{uri}", qop=auth, nc=00000001, cnonce="c", response="{response}"\r\n')
            assert answer.startswith("SIP/2.0 200"), answer
            return {at: int(left) for at, left in re.findall(r"<([^>]+)>;expires=(\d+)", answer)}

    def log_text(self):
        with open(self.folder + "/log") as log:
            return log.read()[-3000:]

    def stop(self):
        """Ends it and its children, which share its session; the bindings are forgotten."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        self.log.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
