"""GET /metrics: what Prometheus would read, by a strict reader; and who gets it."""
import re
import unittest
import urllib.error
import urllib.request

import frontdesk
from frontdesk import Frontdesk, call, wait_for
from sign_in_test import PASSWORD, SignUp, ask

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
SAMPLE = re.compile(rf"({NAME})(?:\{{(.*)\}})? (-?[0-9][0-9.e+-]*|NaN|[+-]Inf)")
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)')


def labels_of(text):
    found, at = {}, 0
    while at < len(text):
        match = LABEL.match(text, at)
        assert match, f"labels: {text}"
        assert match[1] not in found, f"{match[1]} twice"
        found[match[1]] = match[2]
        at = match.end()
    return found


def read_metrics(text):
    """{name: {labels: value}}; AssertionError for whatever the text format (0.0.4) does not allow."""
    assert text.endswith("\n")
    kinds, helps, values, family = {}, set(), {}, None
    for line in text.splitlines():
        if line.startswith("# HELP "):
            name = line.split(" ", 3)[2]
            assert re.fullmatch(NAME, name) and name not in helps, line
            helps.add(name)
            family = name
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            assert name == family and name not in kinds and kind in ("counter", "gauge", "histogram"), line
            kinds[name] = kind
        else:
            match = SAMPLE.fullmatch(line)
            assert match, line
            name = match[1]
            suffix = name.removeprefix(family)
            allowed = ("_bucket", "_sum", "_count") if kinds[family] == "histogram" else ("",)
            assert name.startswith(family) and suffix in allowed, f"{line} in {family}"
            labels = tuple(sorted(labels_of(match[2] or "").items()))
            assert labels not in values.setdefault(name, {}), f"{line} twice"
            values[name][labels] = float(match[3])
            if kinds[family] == "counter":
                assert values[name][labels] >= 0, line
    for name, kind in kinds.items():
        if kind != "histogram":
            continue
        buckets = sorted((float(dict(labels)["le"]), value) for labels, value in values[name + "_bucket"].items())
        counts = [value for _, value in buckets]
        assert counts == sorted(counts) and buckets[-1][0] == float("inf"), name
        assert counts[-1] == values[name + "_count"][()], name
    return values


def fetch(server, headers=None):
    request = urllib.request.Request(f"http://{server.http}/metrics", headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
    except urllib.error.HTTPError as problem:
        with problem:
            return problem.code, problem.headers["Content-Type"], ""


class Metrics(unittest.TestCase):
    def test_a_call_is_counted_and_nobody_is_named(self):
        with Frontdesk() as server:
            before = read_metrics(fetch(server)[2])
            self.assertEqual(before["frontdesk_calls_begun_total"][()], 0)
            _, report, _ = call(server.sip, "--say", "What time do you open?", "--no-transcripts")
            logged = server.newest_call()
            status, kind, text = fetch(server)
            self.assertEqual((status, kind), (200, "text/plain; version=0.0.4; charset=utf-8"))
            after = read_metrics(text)
            self.assertEqual(after["frontdesk_calls_begun_total"][()], 1)
            self.assertEqual(after["frontdesk_calls_running"][()], 0)
            ended = {dict(labels)["end_class"]: count for labels, count in after["frontdesk_calls_ended_total"].items()}
            self.assertEqual(ended.pop(logged["end_class"]), 1)
            self.assertEqual(set(ended.values()), {0})
            gaps = after["frontdesk_reply_gap_seconds_count"][()]
            self.assertGreaterEqual(gaps, 1)
            mean = after["frontdesk_reply_gap_seconds_sum"][()] / gaps
            print(f"{gaps:.0f} gaps, {1000 * mean:.0f} ms each; {len(text)} bytes")
            self.assertTrue(0.05 < mean < 5)
            packets = {dict(labels)["direction"]: count for labels, count in after["frontdesk_rtp_packets_total"].items()}
            self.assertGreater(packets["in"], 100)
            self.assertGreater(packets["out"], 100)
            self.assertEqual(after["frontdesk_database_up"][()], 1)
            for name in ("frontdesk_jobs_waiting", "frontdesk_webhook_deliveries_waiting", "frontdesk_records_waiting",
                         "frontdesk_send_clock_late_p99_seconds", "process_resident_memory_bytes", "process_open_fds",
                         "process_cpu_seconds_total"):
                self.assertGreaterEqual(after[name][()], 0)
            self.assertNotIn(logged["id"], text)
            self.assertNotIn("sip:", text)

    def test_the_reader_finds_mistakes(self):
        good = "# HELP a A.\n# TYPE a gauge\na{x=\"1\"} 2\n"
        read_metrics(good)
        for bad in (good[:-1], good + "b 1\n", good + "a{x=\"1\"} 3\n", good.replace("2", "two"),
                    good.replace("gauge", "odd"), good.replace('"1"', '"1')):
            with self.assertRaises(AssertionError):
                read_metrics(bad)

    def test_only_who_may_see_figures_gets_them(self):
        with SignUp() as server:
            account = {"email": "zoe@hillside.example", "password": PASSWORD, "name": "Zoe", "token": server.link}
            self.assertEqual(ask(server, "POST", "/api/auth/register", account)[0], 200)
            wait_for(lambda: fetch(server)[0] == 401, 5, "a refusal")
            signed_in = ask(server, "POST", "/api/auth/login", {"email": account["email"], "password": PASSWORD})[1]
            for scopes, status in ((["analytics.read"], 200), (["calls.read"], 403)):
                made = ask(server, "POST", "/api/tokens", {"name": "figures", "scopes": scopes},
                           token=signed_in["access_token"])[1]
                self.assertEqual(fetch(server, {"Authorization": "Bearer " + made["token"]})[0], status, scopes)
            self.assertEqual(fetch(server, {"Authorization": "Bearer nonsense"})[0], 401)


if __name__ == "__main__":
    frontdesk.main()
