"""Each rule must find its planted violation, name its line, and be quiet beside it."""
import pathlib
import re
import subprocess
import tempfile
import unittest

import tidy
from cpp_text import functions, read_cpp

PURPOSE = "// Purpose of this header, in enough words.\n#pragma once\n"
MAP = "# Map\n`src/sip` signalling, `src/rtp` packets, `src/base` words.\n"


def tree(**changes):
    """A small repository in order, as {path: text}; the keyword names are replaced paths."""
    files = {
        "ARCHITECTURE.md": MAP,
        "src/base/CMakeLists.txt": "frontdesk_module(base PURE)\n",
        "src/base/clock.hpp": PURPOSE + "namespace frontdesk::base {\nint now_ns();\n}\n",
        "src/base/time.hpp": PURPOSE + "namespace frontdesk::base {\nstruct Instant {};\n}\n",
        "src/rtp/CMakeLists.txt": "frontdesk_module(rtp PURE DEPENDS base)\n",
        "src/rtp/packet.hpp": PURPOSE + '#include "base/time.hpp"\nnamespace frontdesk::rtp {\nstruct Packet {};\n}\n',
        "src/sip/CMakeLists.txt": "frontdesk_module(sip DEPENDS base)\n",
        "src/sip/message.cpp": '#include <thread>\n#include "base/time.hpp"\nnamespace frontdesk::sip {\nint parse() { return 1; }\n}\n',
    }
    files.update(changes)
    return files


class TidyCase(unittest.TestCase):
    def findings(self, files):
        with tempfile.TemporaryDirectory() as folder:
            for path, text in files.items():
                target = pathlib.Path(folder) / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")
            return tidy.check(folder)

    def assert_quiet(self, path, text):
        self.assertEqual([], [str(each) for each in self.findings(tree(**{path: text}))])

    def assert_found(self, rule, path, text, line, words=""):
        found = self.findings(tree(**{path: text}))
        self.assertEqual([rule], sorted({each.rule for each in found}), found)
        self.assertEqual([(path, line)], [(each.path, each.line) for each in found])
        self.assertIn(words, found[0].advice)


class Modules(TidyCase):
    def test_a_tree_in_order_has_no_findings(self):
        self.assertEqual([], self.findings(tree()))

    def test_undeclared_include(self):
        text = '#include "base/time.hpp"\n#include "rtp/packet.hpp"\nnamespace frontdesk::sip {\n}\n'
        self.assert_found("undeclared-include", "src/sip/media.cpp", text, 2, "add rtp to DEPENDS in src/sip/CMakeLists.txt")

    def test_test_depends_count_for_tests_only(self):
        include = '#include "rtp/packet.hpp"\nnamespace frontdesk::sip {\n}\n'
        declared = {"src/sip/CMakeLists.txt": "frontdesk_module(sip DEPENDS base\n  TEST_DEPENDS rtp)\n"}
        self.assertEqual([], self.findings(tree(**declared, **{"src/sip/media_test.cpp": include})))
        found = self.findings(tree(**declared, **{"src/sip/media.cpp": include}))
        self.assertEqual(["undeclared-include"], [each.rule for each in found])

    def test_include_relative_to_the_file(self):
        text = '#include "message.hpp"\nnamespace frontdesk::sip {\n}\n'
        files = tree(**{"src/sip/a.cpp": text, "src/sip/message.hpp": PURPOSE + "namespace frontdesk::sip {\n}\n"})
        found = self.findings(files)
        self.assertEqual(["undeclared-include"], [each.rule for each in found])
        self.assertIn('"sip/message.hpp"', found[0].advice)

    def test_include_in_a_comment_or_string_does_not_count(self):
        text = '// #include "rtp/packet.hpp" would be wrong here\nconst char* k = "#include <mutex>";\n'
        self.assert_quiet("src/sip/a.cpp", text + "namespace frontdesk::sip {\n}\n")

    def test_unknown_module(self):
        self.assert_found("unknown-module", "src/sip/CMakeLists.txt", "frontdesk_module(sip DEPENDS base sdp)\n", 1, "sdp")

    def test_module_named_unlike_its_folder(self):
        self.assert_found("unknown-module", "src/sip/CMakeLists.txt", "\nfrontdesk_module(signalling DEPENDS base)\n", 2, "sip")

    def test_folder_without_module(self):
        self.assert_found("folder-without-module", "src/sip/digest/md5.cpp", "namespace frontdesk::sip {\n}\n", 1)

    def test_dependency_cycle(self):
        text = "frontdesk_module(base PURE DEPENDS rtp)\n"
        found = self.findings(tree(**{"src/base/CMakeLists.txt": text}))
        self.assertEqual(["dependency-cycle"], [each.rule for each in found])
        self.assertIn("base -> rtp -> base", found[0].advice)

    def test_wrong_namespace(self):
        text = PURPOSE + "namespace frontdesk::rtp {\nstruct Stray {};\n}\n"
        self.assert_found("wrong-namespace", "src/sip/stray.hpp", text, 3, "namespace frontdesk::sip")

    def test_header_outside_any_namespace(self):
        self.assert_found("wrong-namespace", "src/sip/stray.hpp", PURPOSE + "struct Stray {};\n", 1)

    def test_inner_namespace_is_allowed(self):
        self.assert_quiet("src/sip/detail.hpp", PURPOSE + "namespace frontdesk::sip::detail {\nstruct X {};\n}\n")

    def test_unmapped_folder(self):
        self.assert_found("unmapped-folder", "src/tones/CMakeLists.txt", "frontdesk_module(tones)\n", 1, "src/tones")

    def test_map_names_a_folder_that_is_not_there(self):
        self.assert_found("unmapped-folder", "ARCHITECTURE.md", MAP + "and `src/fax`.\n", 3, "src/fax")

    def test_a_command_that_contains_the_name_does_not_count(self):
        files = tree(**{"ARCHITECTURE.md": MAP.replace("`src/sip`", "`./dev sip`")})
        self.assertEqual(["unmapped-folder"], [each.rule for each in self.findings(files)])

    def test_a_longer_name_does_not_count_as_the_folder(self):
        files = tree(**{"src/si/CMakeLists.txt": "frontdesk_module(si)\n"})
        self.assertEqual(["unmapped-folder"], [each.rule for each in self.findings(files)])


class Purity(TidyCase):
    def pure(self, body, includes=""):
        return includes + "namespace frontdesk::rtp {\n" + body + "\n}\n"

    def test_impure_includes(self):
        headers = ["<mutex>", "<thread>", "<atomic>", "<fstream>", "<filesystem>", "<sys/socket.h>", "<random>", "<locale>",
                   "<boost/asio/ip/tcp.hpp>", "<spdlog/spdlog.h>", "<ctime>", '"base/clock.hpp"']
        for header in headers:
            with self.subTest(header):
                self.assert_found("impure-include", "src/rtp/a.cpp", self.pure("", f"#include {header}\n"), 1)

    def test_impurity_behind_another_modules_header(self):
        files = tree(**{
            "src/rtp/CMakeLists.txt": "frontdesk_module(rtp PURE DEPENDS base sip)\n",
            "src/sip/socket.hpp": PURPOSE + "#include <mutex>\nnamespace frontdesk::sip {\n}\n",
            "src/rtp/a.cpp": self.pure("", '#include "sip/socket.hpp"\n'),
        })
        found = self.findings(files)
        self.assertEqual([("impure-include", "src/rtp/a.cpp")], [(each.rule, each.path) for each in found])
        self.assertIn("sip/socket.hpp -> mutex", found[0].advice)

    def test_impure_words(self):
        lines = ["auto t = std::chrono::steady_clock::now();", "auto t = time(nullptr);", "int r = rand();", "std::random_device d;",
                 "std::mutex m;", "thread_local int x = 0;", 'std::cout << "x";', 'printf("x");', "const std::locale here;",
                 "std::atomic<int> n{0};", "auto t = base::monotonic_now();", "auto t = base::wall_now();", "::sendto(1);"]
        for line in lines:
            with self.subTest(line):
                self.assert_found("impure-word", "src/rtp/a.cpp", self.pure(f"void f() {{\n  {line}\n}}"), 3)

    def test_words_that_only_look_impure(self):
        lines = ["int x = playout_time(3);", "auto t = request.wall_now;", "int y = operand(2);", "// std::mutex is for shells",
                 'const char* s = "printf(";', "auto z = event.time();", "std::snprintf(b, 2, f);", "auto r = random.below(3);"]
        for line in lines:
            with self.subTest(line):
                self.assert_quiet("src/rtp/a.cpp", self.pure(f"void f() {{\n  {line}\n}}"))

    def test_a_shell_and_a_test_may_do_all_this(self):
        text = "#include <mutex>\n#include <fstream>\nnamespace frontdesk::{} {{\nstd::mutex m;\n}}\n"
        self.assert_quiet("src/sip/a.cpp", text.format("sip"))
        self.assert_quiet("src/rtp/a_test.cpp", text.format("rtp"))

    def test_mutable_static(self):
        self.assert_found("mutable-static", "src/rtp/a.cpp", self.pure("int f() {\n  static int calls = 0;\n  return ++calls;\n}"), 3)

    def test_constant_static_and_static_function(self):
        body = "static constexpr int kA = 1;\nstatic const int kB = 2;\nstatic int f(int x);\nstruct S {\n  static S make();\n};"
        self.assert_quiet("src/rtp/a.cpp", self.pure(body))

    def test_unordered_iteration(self):
        body = "int f(const std::unordered_map<int, std::vector<int>>& legs) {\n  int n = 0;\n  for (const auto& [id, leg] : legs) n += id;\n  return n;\n}"
        self.assert_found("unordered-iteration", "src/rtp/a.cpp", self.pure(body), 4, "'legs'")

    def test_unordered_member_of_the_own_header(self):
        header = PURPOSE + "namespace frontdesk::rtp {\nstruct Table {\n  int sum() const;\n  std::unordered_set<int> rows_;\n};\n}\n"
        source = self.pure("int Table::sum() const {\n  int n = 0;\n  for (int row : rows_) n += row;\n  return n;\n}")
        found = self.findings(tree(**{"src/rtp/table.hpp": header, "src/rtp/table.cpp": source}))
        self.assertEqual([("unordered-iteration", "src/rtp/table.cpp", 4)], [(each.rule, each.path, each.line) for each in found])

    def test_unordered_lookup_and_ordered_iteration(self):
        body = "int f(std::unordered_map<int, int>& a, std::map<int, int>& b) {\n  for (auto& [k, v] : b) v = a.at(k);\n  return a[1];\n}"
        self.assert_quiet("src/rtp/a.cpp", self.pure(body))


class Text(TidyCase):
    def test_long_file(self):
        text = "namespace frontdesk::sip {\n" + "int x();\n" * 700 + "}\n"
        self.assert_found("long-file", "src/sip/a.cpp", text, 701, "702 lines")

    def test_long_function(self):
        def function(lines):
            return "namespace frontdesk::sip {\n\nint f() {\n" + "  g();\n" * (lines - 2) + "}\n}\n"

        self.assert_quiet("src/sip/a.cpp", function(70))
        self.assert_found("long-function", "src/sip/a.cpp", function(71), 3, "f has 71 lines")

    def test_long_function_in_other_languages(self):
        python = "def f():\n" + "    g()\n" * 70
        self.assert_found("long-function", "scripts/a.py", python, 1, "f has 71 lines")
        script = "export function View({\n  a,\n}: Props) {\n" + "  g();\n" * 70 + "}\n"
        self.assert_found("long-function", "web/src/View.tsx", script, 1, "View has 74 lines")
        self.assert_found("long-function", "web/src/b.ts", "const f = async () => {\n" + "  g();\n" * 70 + "};\n", 1, "f has 72 lines")
        self.assert_quiet("web/src/c.ts", "function a() {\n" + "  g();\n" * 60 + "}\n" + "function b() {\n" + "  g();\n" * 60 + "}\n")

    def test_header_purpose(self):
        body = "namespace frontdesk::sip {\n}\n"
        self.assert_found("header-purpose", "src/sip/a.hpp", "#pragma once\n" + body, 1)
        self.assert_found("header-purpose", "src/sip/a.hpp", "// A.\n#pragma once\n" + body, 1)
        self.assert_found("header-purpose", "src/sip/a.hpp", "// What this header is for, in words.\n" + body, 1, "#pragma once")

    def test_open_work(self):
        word = "TO" + "DO"
        body = "namespace frontdesk::sip {{\n// {}: later\n}}\n"
        self.assert_found("open-work", "src/sip/a.cpp", body.format(word), 2)
        self.assert_quiet("src/sip/a.cpp", body.format(word + "(ADR-0007)"))
        self.assert_quiet("src/sip/a.cpp", f'namespace frontdesk::sip {{\nconst char* k = "{word}";\n}}\n')

    def test_commented_code(self):
        for line in ["// return parse(x);", "// std::string name;", "  // count = count + 1;", '// #include "a.hpp"', "// close(socket);"]:
            with self.subTest(line):
                self.assert_found("commented-code", "src/sip/a.cpp", f"namespace frontdesk::sip {{\n{line}\n}}\n", 2)

    def test_prose_comments(self):
        for line in ["// return to listening once the reply ends;", "// The caller hangs up; nobody speaks after that.", "// auto means: chosen by the engine",
                     "// a = 1, b = 2 (see RFC 3261, section 9)"]:
            with self.subTest(line):
                self.assert_quiet("src/sip/a.cpp", f"namespace frontdesk::sip {{\n{line}\n}}\n")

    def test_sleeping_test(self):
        body = "namespace frontdesk::sip {{\nvoid f() {{ {} }}\n}}\n"
        for call in ["std::this_thread::sleep_for(1s);", "::usleep(10);", "sleep(1);"]:
            with self.subTest(call):
                self.assert_found("sleeping-test", "src/sip/a_test.cpp", body.format(call), 2)
        self.assert_quiet("src/sip/a_test.cpp", body.format("machine.sleep(1); asleep(2);"))
        self.assert_quiet("src/sip/a.cpp", body.format("std::this_thread::sleep_for(1s);"))

    def test_named_test(self):
        proof = "docs/developer/withstands.md"
        tests = {"src/sip/a_test.cpp": "namespace frontdesk::sip {\nTEST(Parser, TakesAll) {}\nTEST_F(Flood, Ends) {}\n}\n",
                 "tests/system/load_test.py": '"""Loads."""\n'}
        named = "# Proofs\n`Parser.TakesAll`, `Flood.Ends`, `system.load`, `a.b`\n"
        self.assertEqual([], self.findings(tree(**tests, **{proof: named})))
        for gone in ["Parser.Forgets", "system.lost"]:
            found = self.findings(tree(**tests, **{proof: named + f"`{gone}`\n"}))
            self.assertEqual([(proof, 3, "named-test")], [(each.path, each.line, each.rule) for each in found])

    def test_private_word(self):
        for word in ["/wo" + "rk/main/x", "/ro" + "ot/.cache", "/ho" + "me/alice/x", "https://registry.npm" + "js.org/x", "http://deb.deb" + "ian.org"]:
            with self.subTest(word):
                self.assert_found("private-word", "docs/a.md", f"one\nsee {word}\n", 2)
        self.assert_quiet("docs/a.md", "frame/wo" + "rk/x and ~/.cache/frontdesk and ${HOME}/ro" + "ot\n")

    def test_binary_files_are_left_alone(self):
        self.assert_quiet("docs/a.bin", "\0/wo" + "rk/x")


class WithGit(TidyCase):
    def test_new_files_count_and_ignored_ones_do_not(self):
        private = "/wo" + "rk/x\n"
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            subprocess.run(["git", "init", "--quiet", folder], check=True)
            for path, text in tree(**{".gitignore": "/secret.md\n", "secret.md": private, "docs/new.md": private}).items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_text(text, encoding="utf-8")
            self.assertEqual([("private-word", "docs/new.md")], [(each.rule, each.path) for each in tidy.check(root)])


class Exemptions(TidyCase):
    def test_an_exemption_silences_one_rule_in_one_file(self):
        files = tree(**{
            "src/rtp/a.cpp": "#include <mutex>\nnamespace frontdesk::rtp {\n}\n",
            "src/rtp/b.cpp": "#include <mutex>\nnamespace frontdesk::rtp {\n}\n",
            tidy.EXEMPTIONS: "# path rule reason\nsrc/rtp/a.cpp impure-include because of a reason\n",
        })
        self.assertEqual(["src/rtp/b.cpp"], [each.path for each in self.findings(files)])

    def test_a_stale_exemption_is_an_error(self):
        self.assert_found("stale-exemption", tidy.EXEMPTIONS, "\nsrc/rtp/packet.hpp long-file it was long once\n", 2)

    def test_an_exemption_needs_a_reason(self):
        files = tree(**{"src/rtp/a.cpp": "#include <mutex>\nnamespace frontdesk::rtp {\n}\n",
                        tidy.EXEMPTIONS: "src/rtp/a.cpp impure-include\n"})
        self.assertIn("impure-include", [each.rule for each in self.findings(files)])


class Reading(unittest.TestCase):
    def sizes(self, text):
        return {each.name: each.lines for each in functions(read_cpp(text).code)}

    def test_constructors_with_braced_initialisers(self):
        text = "Foo::Foo(int x)\n    : a_{x},\n      b_{{1, 2}} {\n  go();\n}\nint after() { return 1; }\n"
        self.assertEqual({"Foo::Foo": 5, "after": 1}, self.sizes(text))

    def test_members_lambdas_and_local_types(self):
        text = ("class A : public B {\n public:\n  explicit A(int x) : x_(x) {}\n  int f() const override {\n"
                "    auto g = [&](int y) {\n      struct L { int z; };\n      return y;\n    };\n    return g(1);\n  }\n  int x_ = 0;\n};\n")
        self.assertEqual({"A": 1, "f": 7}, self.sizes(text))

    def test_tables_namespaces_and_templates(self):
        text = ("namespace frontdesk::a {\nconstexpr std::array<int, 2> kTable{\n    1,\n    2,\n};\nstruct P {\n  int a{0};\n};\n"
                "template <class T>\nstd::vector<T> f(T t) noexcept(true) {\n  return {t};\n}\nauto g() -> std::pair<int, int> {\n  return {};\n}\n}\n")
        self.assertEqual({"f": 4, "g": 3}, self.sizes(text))

    def test_preprocessor_branches_and_raw_strings(self):
        text = ('#if A\nint f(int x) {\n#else\nint f() {\n#endif\n  return R"x(}}}"{)x"[0] + \'{\' + 1\'000;\n}\nint g() {\n  return 2;\n}\n')
        self.assertEqual({"f": 6, "g": 3}, self.sizes(text))

    def test_operators_macros_and_tests(self):
        text = "bool operator==(const A& a, const A& b) {\n  return a.x == b.x;\n}\nTEST(Suite, Name) {\n  EXPECT_EQ(1, 1);\n}\n"
        self.assertEqual([3, 3], sorted(self.sizes(text).values()))


class EveryRule(unittest.TestCase):
    def test_has_a_planted_violation_here(self):
        text = pathlib.Path(__file__).read_text(encoding="utf-8")
        for rule in tidy.ALL_RULES:
            name = rule.__name__.replace("_", "-")
            self.assertTrue(re.search(rf'"{name}"', text), f"{name} has no test")


if __name__ == "__main__":
    unittest.main()
