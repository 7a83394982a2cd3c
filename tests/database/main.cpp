// frontdesk_database_bench FOLDER [URL]: makes a database of 100,000 calls there, or in an empty PostgreSQL database,
// and prints as JSON how long each kind of question takes, in milliseconds, call by call.
#include <boost/json.hpp>
#include <cstdio>
#include <functional>
#include <random>

#include "base/clock.hpp"
#include "store/call_log.hpp"
#include "store/call_writer.hpp"
#include "store/documents/knowledge.hpp"

namespace {

using namespace frontdesk;  // of this program alone

constexpr int kCalls = 100'000;
constexpr int kCallsAtOnce = 2'000;
constexpr int kTurnsOfLatest = 12;
constexpr int kRounds = 60;
constexpr int kPage = 50;
constexpr int kCommits = 200;
constexpr int kChunks = 20'000;
constexpr int kDimension = 384;
constexpr std::int64_t kFirst = 1'760'000'000'000;
constexpr std::int64_t kApart = 300'000;  // a call each five minutes: a year

using Figures = boost::json::object;

template <class T>
T must(base::Result<T> result) {
  if (result) {
    if constexpr (std::is_void_v<T>)
      return;
    else
      return std::move(*result);
  }
  std::fprintf(stderr, "%s\n", base::describe(result.error()).c_str());
  std::exit(1);
}

store::CallRow call(int number, std::mt19937& random) {
  static constexpr const char* kNames[] = {"Anna Smith", "Bob Jones", "Zoë Müller", "Priya Patel", "Tom O'Neill", ""};
  static constexpr store::CallStatus kEnds[] = {store::CallStatus::answered, store::CallStatus::answered,
                                                store::CallStatus::answered, store::CallStatus::missed,
                                                store::CallStatus::rejected, store::CallStatus::transferred};
  store::CallRow row;
  row.id = "call_" + std::to_string(1'000'000 + number);
  row.caller = base::Pii<std::string>("+4433355" + std::to_string(10'000 + random() % 90'000));
  row.caller_name = base::Pii<std::string>(kNames[random() % std::size(kNames)]);
  row.called = "+443335550100";
  row.trunk = "trunk";
  row.sip_call_id = "0123456789abcdef@203.0.113.7";
  row.status = kEnds[random() % std::size(kEnds)];
  row.end_class = "completed";
  row.end_reason = "the caller hung up after saying goodbye";
  row.screening = "every number may call";
  row.started_at = {kFirst + number * kApart};
  row.answered_at = base::UtcTime{row.started_at.unix_ms + 900};
  row.duration_ms = static_cast<std::int64_t>(random() % 600'000);
  row.ended_at = base::UtcTime{row.started_at.unix_ms + 900 + row.duration_ms};
  row.ai_confidence = static_cast<double>(random() % 1000) / 1000;
  row.recording = "recordings/2026-11/" + row.id + ".wav.sealed";
  row.journal = "journals/2026-11/" + row.id + ".tape";
  row.who.source = "asserted";
  return row;
}

void fill(store::Connection& connection) {
  std::mt19937 random(7);
  store::CallWriter writer(connection);
  for (int first = 0; first < kCalls; first += kCallsAtOnce)
    must(connection.transaction([&]() -> base::Status {
      for (int i = first; i < first + kCallsAtOnce; ++i)
        if (auto done = writer.begin(call(i, random)); !done) return done;
      return {};
    }));
  store::TurnRow turn;
  turn.call = "call_" + std::to_string(1'000'000 + kCalls - 1);
  turn.text = base::Pii<std::string>("I would like an appointment on Tuesday, if there is one.");
  for (turn.index = 0; turn.index < kTurnsOfLatest; ++turn.index) must(writer.add_turn(turn));
}

boost::json::array timed(int rounds, const std::function<void(int)>& question) {
  boost::json::array times;
  for (int i = 0; i < rounds; ++i) {
    const auto before = base::monotonic_now();
    question(i);
    times.push_back(base::to_seconds(base::monotonic_now() - before) * 1000);
  }
  return times;
}

base::UtcTime at_call(int number) {
  return {kFirst + number * kApart};
}

void measure_lists(const store::CallLog& log, Figures& figures) {
  const auto list = [&](const char* name, const std::function<store::CallFilter(int)>& filter,
                        bool may_be_empty = false) {
    figures[name] = timed(kRounds, [&](int i) {
      const auto page = must(log.list(filter(i), kPage));
      if (page.calls.empty() && !may_be_empty) must(base::Status(base::fail(base::ErrorCode::internal, name, "empty")));
    });
  };
  list("newest", [](int) { return store::CallFilter{}; });
  list("month", [](int i) { return store::CallFilter{.from = at_call(i * 1000), .to = at_call(i * 1000 + 8640)}; });
  list("status", [](int) { return store::CallFilter{.status = store::CallStatus::missed}; });
  list(
      "status_that_none_has", [](int) { return store::CallFilter{.status = store::CallStatus::failed}; }, true);
  list(
      "number", [](int i) { return store::CallFilter{.caller = "55" + std::to_string(10'000 + i * 997)}; }, true);
  list("name", [](int) { return store::CallFilter{.caller = "müller"}; });
  list(
      "nobody", [](int) { return store::CallFilter{.caller = "Nobody of this name"}; }, true);
  list("long_calls", [](int) { return store::CallFilter{.min_duration_ms = 599'900}; });
  list("short_calls", [](int) { return store::CallFilter{.max_duration_ms = 100}; });
  list("unsure", [](int) { return store::CallFilter{.max_confidence = 0.001}; });
  list(
      "all_filters",
      [](int i) {
        return store::CallFilter{.from = at_call(0),
                                 .to = at_call(kCalls),
                                 .caller = "3335" + std::to_string(51 + i % 9),
                                 .status = store::CallStatus::answered,
                                 .min_duration_ms = 590'000,
                                 .min_confidence = 0.9};
      },
      true);
  figures["page_in_the_middle"] = timed(kRounds, [&](int i) {
    const auto at =
        std::to_string(at_call(kCalls / 2 + i).unix_ms) + ".call_" + std::to_string(1'000'000 + kCalls / 2 + i);
    must(log.list({}, kPage, at));
  });
}

void measure_calls(const store::CallLog& log, store::Connection& connection, Figures& figures) {
  figures["one_call_with_turns"] = timed(kRounds, [&](int) {
    const auto newest = must(log.call("last"));
    if (must(log.turns(newest.id)).size() != kTurnsOfLatest) std::exit(1);
    must(log.messages(newest.id));
  });
  store::CallWriter writer(connection);
  std::mt19937 random(8);
  must(writer.begin(call(kCalls, random)));
  store::TurnRow turn;
  turn.call = "call_" + std::to_string(1'000'000 + kCalls);
  figures["commit_of_a_turn"] = timed(kCommits, [&](int i) {
    turn.index = i;
    (void)writer.add_turn(turn);
  });
}

void measure_documents(store::Connection& connection, Figures& figures) {
  documents::Knowledge knowledge(connection);
  must(knowledge.add({.id = "doc_1", .organisation = std::string(store::kLocalOrganisation)}));
  std::mt19937 random(9);
  std::normal_distribution<float> normal;
  const auto embedding = [&] {
    documents::Embedding made(kDimension);
    for (float& each : made) each = normal(random);
    return made;
  };
  std::vector<documents::Chunk> chunks(kChunks);
  for (auto& chunk : chunks) chunk = {"a piece of a document", embedding()};
  must(knowledge.set_chunks(std::string(store::kLocalOrganisation), "doc_1", "bench", chunks, {0}));
  figures["nearest_of_20000_chunks"] = timed(kRounds / 4, [&](int) {
    must(knowledge.nearest(std::string(store::kLocalOrganisation), "bench", embedding(), 5));
  });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const store::Location location(std::filesystem::path(argv[1]), base::Secret(argc > 2 ? argv[2] : ""));
  const auto connection = must(store::open_database(location));
  const auto before = base::monotonic_now();
  fill(*connection);
  Figures figures;
  figures["fill"] = boost::json::array{base::to_seconds(base::monotonic_now() - before) * 1000};
  if (location.shared()) must(connection->run_script("ANALYZE"));
  const auto log = must(store::CallLog::open(location));
  measure_lists(*log, figures);
  measure_calls(*log, *connection, figures);
  measure_documents(*connection, figures);
  std::puts(boost::json::serialize(figures).c_str());
  return 0;
}
