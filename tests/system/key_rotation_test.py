"""Master keys are added and taken out while the program runs: nothing stops, everything stays readable, and what still
needs a key is known. Nor does a kill in the middle lose anything."""
import collections
import glob
import json
import os
import shutil
import signal
import subprocess
import tempfile
import unittest
import urllib.request

from frontdesk import PROGRAM, ROOT, Frontdesk, call, main, wait_for

HEAD = slice(24, 32)   # of a sealed file: the id of the master key that wraps its own
COPIES = 3000


def ask(server, method, path, body=None):
    request = urllib.request.Request(f"http://{server.http}{path}", json.dumps(body).encode() if body else None,
                                     {"Content-Type": "application/json"} if body else {}, method=method)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)


def frontdesk(*arguments):
    done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=60, cwd=ROOT, check=False)
    return done.returncode, done.stdout + done.stderr


def sealed(data):
    return glob.glob(data + "/recordings/**/*.sealed", recursive=True)


def wrapped_by(data):
    """Master key -> how many recordings."""
    found = collections.Counter()
    for path in sealed(data):
        with open(path, "rb") as file:
            found[file.read(32)[HEAD].hex()] += 1
    return found


class Installation(unittest.TestCase):
    def setUp(self):
        self.data = tempfile.mkdtemp(prefix="frontdesk-keys-")
        self.addCleanup(shutil.rmtree, self.data, ignore_errors=True)
        self.key_file = os.path.join(self.data, "master.key")

    def key(self, *arguments):
        return frontdesk("key", *arguments, "--data", self.data)

    def keys(self, server):
        return {key["id"]: key for key in ask(server, "GET", "/api/keys/master")["keys"]}

    def newest(self, server):
        return next(id for id, key in self.keys(server).items() if key["newest"])

    def advised(self, server, key, advice, seconds=40):
        wait_for(lambda: self.keys(server).get(key, {}).get("advice") == advice, seconds, f"the advice {advice} of {key}")

    def recorded(self, server):
        """A call; its id and its recording."""
        code, _, errors = call(server.sip, "--listen-only", "7")
        self.assertEqual(code, 0, errors)
        record = server.newest_call()
        return record["id"], server.fetch(f"/api/calls/{record['id']}/recording")

    def edit(self, change):
        """As an editor does: another file in its place."""
        with open(self.key_file, encoding="utf-8") as file:
            text = change(file.read())
        with open(os.open(self.key_file + "~", os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        os.rename(self.key_file + "~", self.key_file)

    def readable(self, server, recordings):
        for each, sound in recordings.items():
            self.assertEqual(server.fetch(f"/api/calls/{each}/recording"), sound, each)


class WhileItRuns(Installation):
    def test_from_one_key_to_the_next(self):
        with Frontdesk(data=self.data) as server:
            process = server.process.pid
            stored = ask(server, "POST", "/api/keys", {"service": "openai", "name": "main", "key": "sk-0123456789abcdef"})
            ask(server, "POST", "/api/webhooks", {"url": "https://hooks.example.org/x", "events": ["call.ended"]})
            recordings = dict([self.recorded(server)])
            old = self.newest(server)

            caller = subprocess.Popen([PROGRAM, "call", f"sip:reception@{server.sip}", "--listen-only", "14"],
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)
            wait_for(lambda: len(sealed(self.data)) == 2, 20, "a recording of the call that goes on")
            code, said = self.key("rotate")
            self.assertEqual(code, 0, said)
            self.assertIn("the program runs", said)
            wait_for(lambda: self.newest(server) != old, 15, "the new key")
            new = self.newest(server)
            wait_for(lambda: wrapped_by(self.data) == {new: 2}, 30, "both recordings under the new key")
            self.assertIsNone(caller.poll(), "the call goes on, and so does its recording")
            self.assertEqual(caller.wait(timeout=60), 0)
            record = server.newest_call()
            recordings[record["id"]] = server.fetch(f"/api/calls/{record['id']}/recording")
            self.assertGreater(len(recordings[record["id"]]), 8 * 16000 * 2, "to its end")
            self.advised(server, old, "take_out")
            self.readable(server, recordings)
            self.assertIn("needed by nothing", self.key("list")[1])

            self.assertNotEqual(self.key("take-out", new)[0], 0, "the newest stays")
            code, said = self.key("take-out", old)
            self.assertEqual(code, 0, said)
            wait_for(lambda: self.keys(server)[old]["removed"], 15, "the old key to be given up")
            recordings.update([self.recorded(server)])
            self.readable(server, recordings)
            # Opened by its data key, which is wrapped by the new master key.
            version = urllib.request.urlopen(f"http://{server.http}/api/keys/{stored['id']}", timeout=10).headers["ETag"]
            request = urllib.request.Request(f"http://{server.http}/api/keys/{stored['id']}", b'{"key":"sk-another-0123456"}',
                                             {"Content-Type": "application/json", "If-Match": version}, method="PUT")
            self.assertEqual(urllib.request.urlopen(request, timeout=10).status, 200)
            self.assertEqual(ask(server, "GET", "/api/keys/master")["problem"], "")
            self.assertEqual((server.process.pid, server.process.poll()), (process, None))
        with open(self.key_file, encoding="utf-8") as file:
            self.assertEqual(len([line for line in file if line.strip() and not line.startswith("#")]), 1)
        with Frontdesk(data=self.data) as server:
            self.readable(server, recordings)
            actions = [each["action"] for each in ask(server, "GET", "/api/audit?action=master_keys.")["records"]]
            self.assertEqual(sorted(actions), ["master_keys.added", "master_keys.removed"])
        self.assertEqual(frontdesk("audit", "verify", "--data", self.data)[0], 0)

    def test_a_bad_file_and_a_key_that_is_needed(self):
        with Frontdesk(data=self.data) as server:
            recordings = dict([self.recorded(server)])
            old = self.newest(server)
            problem = lambda: ask(server, "GET", "/api/keys/master")["problem"]
            self.edit(lambda text: text + "half a k\n")
            server.process.send_signal(signal.SIGHUP)
            wait_for(lambda: "64 hexadecimal digits" in problem(), 15, "what is wrong")
            wait_for(lambda: any(alert["kind"] == "master_keys" for alert in ask(server, "GET", "/api/alerts")["alerts"]), 15,
                     "the alert")
            self.assertEqual(self.newest(server), old)
            recordings.update([self.recorded(server)])
            self.edit(lambda text: text.replace("half a k\n", ""))
            wait_for(lambda: not problem(), 15, "the mended file")

            # A new key in the place of the old one, which everything needs.
            fresh = os.urandom(32).hex()
            self.edit(lambda _: fresh + "\n")
            wait_for(lambda: "still needed" in problem(), 15, "the alarm")
            self.assertTrue(self.keys(server)[old]["here"], "it is kept")
            self.readable(server, recordings)
            # By and by nothing needs it, and the alarm is over.
            wait_for(lambda: not problem(), 90, "the end of the alarm")
            self.assertFalse(self.keys(server)[old]["here"])
            self.readable(server, recordings)

        self.assertEqual(self.key("new")[0], 0)
        before = self.key("list")[1].splitlines()[-1]
        needed = next(line.split()[0] for line in self.key("list")[1].splitlines() if "still needed" in line)
        code, said = self.key("take-out", needed)
        self.assertEqual(code, 1, before)
        self.assertIn("still wrapped by", said)
        code, said = self.key("rewrap")
        self.assertEqual(code, 0, said)
        self.assertEqual(self.key("take-out", needed)[0], 0)
        with Frontdesk(data=self.data) as server:
            self.readable(server, recordings)


class Killed(Installation):
    def test_in_the_middle_of_the_rewrap(self):
        with Frontdesk(data=self.data) as server:
            recordings = dict([self.recorded(server)])
            old = self.newest(server)
        # The same file under the same name, many times over: each can be opened.
        [path] = sealed(self.data)
        for number in range(COPIES):
            folder = os.path.join(self.data, "recordings", f"copy{number}")
            os.mkdir(folder)
            shutil.copy(path, folder)
        in_the_middle = 0
        self.assertEqual(self.key("new")[0], 0)
        for _ in range(6):
            # It begins while the program starts, so nobody waits for that.
            process = subprocess.Popen([PROGRAM, "serve", "--sip", "127.0.0.1:0", "--http", "127.0.0.1:0", "--data", self.data],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)
            before = wrapped_by(self.data)[old]
            wait_for(lambda before=before: wrapped_by(self.data)[old] < max(before, 1), 60, "the rewrap to begin")
            process.kill()
            process.wait()
            left = wrapped_by(self.data)
            self.assertEqual(sum(left.values()), COPIES + 1)
            self.assertLessEqual(len(left), 2, "every head is the old one or the new one")
            in_the_middle += 0 < left[old] < COPIES
            if left[old] == 0:
                break
        self.assertGreater(in_the_middle, 0, "it was killed in the middle")
        with Frontdesk(data=self.data) as server:
            self.advised(server, old, "take_out", 120)
            self.assertEqual(list(wrapped_by(self.data)), [self.newest(server)])
            self.readable(server, recordings)
            self.assertEqual(self.key("take-out", old)[0], 0)
            wait_for(lambda: self.keys(server)[old]["removed"], 15, "the old key to be given up")
            self.readable(server, recordings)
        code, said = self.key("rewrap")
        self.assertEqual(code, 0, "every copy opens: " + said)


if __name__ == "__main__":
    main()
