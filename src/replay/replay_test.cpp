#include "replay/replay.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "replay/decisions.hpp"

namespace frontdesk::replay {
namespace {

constexpr base::RequestId kFirstRequest = 16'777'217;
constexpr base::Instant kZero{std::chrono::seconds(71)};

Recipe recipe() {
  Recipe made;
  made.build = "frontdesk 0.1.0 build 1";
  made.limits.whole_call = base::seconds(600);
  conversation::ConversationSettings settings;
  settings.greeting = "Hello, this is Frontdesk.";
  settings.caller_number = base::Pii<std::string>("+442079460000");
  settings.first_request = kFirstRequest;
  made.activity = settings;
  return made;
}

std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The journal a host would write of the events of a scenario tape.
std::string journal_of(const Recipe& made, const std::string& tape) {
  const call::TapeOrigin origin{kZero, kFirstRequest - 1};
  call::Call call(made.limits, make_activity(made.activity));
  call::Tally tally;
  std::string journal = "#! recording recordings/2026-11/call_a.wav caller=left\n#! recipe " + to_text(made) +
                        "\n#! clock zero_us=71000000 first_request=16777216\n";
  std::istringstream lines(tape);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('=') || line.starts_with('*')) continue;
    const auto event = call::parse_event(line, origin);
    if (!event || !*event) continue;
    if (call.phase() == call::Phase::ended) break;
    call::Commands commands;
    call.handle((*event)->event, (*event)->at, commands);
    ++tally.events;
    journal += line + "\n";
    for (const auto& command : commands) {
      ++tally.commands;
      for (const auto& each : {call::to_line((*event)->at, command, origin), call::to_detail(command)}) {
        if (each.empty()) continue;
        tally.digest.add(each);
        journal += each + "\n";
      }
    }
  }
  return journal + tally.line() + "\n";
}

std::string question() {
  return contents(std::string(FRONTDESK_TEST_DATA) + "/tapes/question.tape");
}

Replayed replay_text(const std::string& journal) {
  const auto read = read_journal(journal);
  EXPECT_TRUE(read) << read.error().message;
  const auto replayed = replay(*read);
  EXPECT_TRUE(replayed) << replayed.error().message;
  return *replayed;
}

}  // namespace

TEST(Replay, IsIdenticalForEveryScenario) {
  int tapes = 0;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(FRONTDESK_TEST_DATA) + "/tapes")) {
    const auto journal = journal_of(recipe(), contents(entry.path()));
    const auto read = read_journal(journal);
    ASSERT_TRUE(read) << entry.path() << read.error().message;
    EXPECT_TRUE(read->notes.empty()) << read->notes.front();
    const auto replayed = *replay(*read);
    EXPECT_FALSE(replayed.divergence) << entry.path() << replayed.divergence->expected << replayed.divergence->got;
    EXPECT_EQ(replayed.doubt, "");
    EXPECT_EQ(replayed.digest, read->end->digest);
    EXPECT_GT(replayed.events, 1U) << entry.path();
    ++tapes;
  }
  EXPECT_GT(tapes, 20);
}

TEST(Replay, OfAJournalCutAnywhereGoesAsFarAsItGoes) {
  const auto whole = journal_of(recipe(), question());
  const auto events = replay_text(whole).events;
  std::size_t most = 0;
  for (std::size_t length = whole.find("leg_offered"); length < whole.size(); length += 7) {
    const auto replayed = replay_text(whole.substr(0, length));
    EXPECT_FALSE(replayed.divergence) << "cut at " << length;
    EXPECT_LE(replayed.events, events);
    most = std::max(most, replayed.events);
  }
  EXPECT_EQ(most, events);
}

TEST(Replay, ShowsTheFirstPlantedDifference) {
  auto journal = journal_of(recipe(), question());
  const auto at = journal.find("> synthesise #17");
  const auto planted = at == std::string::npos ? journal.find("> synthesise") : at;
  journal.insert(journal.find('"', planted) + 1, "Well, ");
  const auto replayed = replay_text(journal);
  ASSERT_TRUE(replayed.divergence);
  EXPECT_NE(replayed.divergence->expected.find("\"Well, "), std::string::npos);
  EXPECT_EQ(replayed.divergence->got.find("\"Well, "), std::string::npos);
  ASSERT_FALSE(replayed.divergence->before.empty());
  const auto line =
      static_cast<std::size_t>(std::count(journal.begin(), journal.begin() + static_cast<long>(planted), '\n'));
  EXPECT_EQ(replayed.divergence->line, line + 1);
  EXPECT_NE(replayed.doubt, "") << "the journal was edited after it was closed";
}

TEST(Replay, NoticesAWantedCommandTheJournalLacksAndOneItHasTooMany) {
  const auto whole = journal_of(recipe(), question());
  const auto at = whole.find("  > play #");
  const auto begin = whole.rfind('\n', at) + 1;
  const auto line = whole.substr(begin, whole.find('\n', begin) + 1 - begin);
  auto missing = whole;
  missing.erase(begin, line.size());
  EXPECT_TRUE(replay_text(missing).divergence);
  auto twice = whole;
  twice.insert(begin, line);
  EXPECT_TRUE(replay_text(twice).divergence);
}

TEST(Replay, OfOtherSettingsIsNotIdentical) {
  auto journal = journal_of(recipe(), question());
  const auto at = journal.find("Hello, this is Frontdesk.");
  journal.replace(at, 5, "Howdy");
  EXPECT_TRUE(replay_text(journal).divergence) << "the recipe is what the machine is made from";
}

TEST(Replay, RefusesAJournalWithoutARecipe) {
  const auto journal = read_journal(" 0.000  leg_offered\n 0.000  > answer\n");
  ASSERT_TRUE(journal);
  EXPECT_EQ(journal->steps.size(), 1U);
  const auto refused = replay(*journal);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, base::ErrorCode::failed_precondition);
}

TEST(Journal, NamesTheLineThatIsNoTape) {
  const auto read = read_journal(" 0.000  leg_offered\n 0.100  nonsense\n");
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().message.find("line 2"), std::string::npos);
  EXPECT_FALSE(read_journal(" 0.000  > answer\n")) << "a command without an event";
  EXPECT_FALSE(read_journal("#! clock zero_us=x first_request=1\n"));
  EXPECT_TRUE(read_journal("#! of a later version\n 0.000  leg_offered\n"));
}

TEST(Journal, KnowsWhereTheSoundIs) {
  const auto read = read_journal("#! recording recordings/2026-11/call_a.wav caller=left\n#! audio_start 0.482125\n");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->recording, "recordings/2026-11/call_a.wav");
  EXPECT_EQ(read->audio_start, base::microseconds(482'125));
}

TEST(Decisions, HaveATimeATurnAndTheirNumbers) {
  const auto found = decisions_of(
      "#! recipe {}\n"
      "     0.000  leg_offered\n"
      "     0.500  leg_established\n"
      "     2.750  > why endpoint \"waiting 260 ms: a \\\"whole\\\" question, 0.83 sure\"\n"
      "     3.000  > turn caller \"What time? > why not\"\n"
      "     9.000  > why idle \"nothing for 8 s on the 2nd try\"\n");
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].at, base::milliseconds(2750));
  EXPECT_EQ(found[0].after_answer, base::milliseconds(2250));
  EXPECT_EQ(found[0].turn, 0);
  EXPECT_EQ(found[0].decision, "endpoint");
  EXPECT_EQ(found[0].reason, "waiting 260 ms: a \"whole\" question, 0.83 sure");
  EXPECT_EQ(found[0].numbers, (std::vector<Quantity>{{260, "ms"}, {0.83, ""}}));
  EXPECT_EQ(found[1].turn, std::nullopt);
  EXPECT_EQ(found[1].numbers, (std::vector<Quantity>{{8, "s"}}));
}

}  // namespace frontdesk::replay
