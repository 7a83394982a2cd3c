#include "webhooks/outbox/call_news.hpp"

#include <utility>

#include "base/entropy.hpp"
#include "base/iso_time.hpp"
#include "store/ledger/usage.hpp"

namespace frontdesk::outbox {
namespace {

namespace bj = boost::json;

constexpr std::size_t kMostExcerpts = 2000;  // calls at once; the oldest go first
constexpr std::size_t kLongestField = 500;

/// Cut between characters.
std::string cut(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0U) == 0x80U) --most;
  text.resize(most);
  return text;
}

bj::value time_or_null(const std::optional<base::UtcTime>& time) {
  return time ? bj::value(base::iso_time(*time)) : bj::value();
}

bj::object facts_of(const store::CallRow& call) {
  return {{"call", call.id},
          {"caller", cut(call.caller.expose(), kLongestField)},
          {"caller_name", cut(call.caller_name.expose(), kLongestField)},
          {"called", cut(call.called, kLongestField)},
          {"line", call.trunk},
          {"started_at", base::iso_time(call.started_at)}};
}

}  // namespace

base::Status CallNews::tell(store::Connection& connection, const std::string& organisation,
                            const webhooks::Event& event) {
  const auto queued = queue(connection, box_, organisation, event, now_());
  if (!queued) return tl::unexpected(queued.error());
  return {};
}

base::Status CallNews::call_begun(store::Connection& connection, const store::CallRow& call) {
  const std::string name(webhooks::event::kCallStarted);
  return tell(connection, call.organisation,
              {webhooks::of_call(call.id) + name, webhooks::event::kCallStarted, call.started_at, facts_of(call)});
}

base::Status CallNews::message_taken(store::Connection& connection, const store::MessageRow& message) {
  return tell(connection, message.organisation,
              {webhooks::of_call(message.call) + message.id,
               webhooks::event::kMessageTaken,
               message.taken_at,
               {{"message", message.id},
                {"call", message.call},
                {"name", cut(message.name.expose(), kLongestField)},
                {"number", cut(message.number.expose(), kLongestField)},
                {"reason", cut(message.reason.expose(), kLongestField)},
                {"taken_at", base::iso_time(message.taken_at)}}});
}

base::Status CallNews::call_ended(store::Connection& connection, const store::CallRow& call) {
  const auto ended = call.ended_at.value_or(call.started_at);
  if (call.duration_ms > 0) {
    ledger::UsageRecord used;
    used.id = base::new_id("use");
    used.organisation = call.organisation;
    used.at = ended;
    used.call = call.id;
    used.kind = kCallSeconds;
    used.quantity = (call.duration_ms + 999) / 1000;
    if (auto added = ledger::Usage(connection).add(used); !added) return added;
  }
  auto data = facts_of(call);
  data["answered_at"] = time_or_null(call.answered_at);
  data["ended_at"] = base::iso_time(ended);
  data["duration_ms"] = call.duration_ms;
  data["status"] = store::name(call.status);
  data["end_class"] = call.end_class;
  data["end_reason"] = cut(call.end_reason, kLongestField);
  const auto said = excerpts_.find(call.id);
  data["transcript_excerpt"] = said == excerpts_.end() ? std::string() : said->second;
  const std::string name(webhooks::event::kCallEnded);
  auto told = tell(connection, call.organisation,
                   {webhooks::of_call(call.id) + name, webhooks::event::kCallEnded, ended, std::move(data)});
  ended_ = call.id;
  return told;
}

void CallNews::written() {
  if (!ended_.empty()) excerpts_.erase(std::exchange(ended_, {}));
  while (excerpts_.size() > kMostExcerpts) excerpts_.erase(excerpts_.begin());
  wake_();
}

void CallNews::turn_taken(const store::TurnRow& turn) {
  auto& excerpt = excerpts_[turn.call];
  if (excerpt.size() >= kLongestExcerpt) return;
  const bool caller = turn.speaker == store::TurnSpeaker::caller;
  const auto& words = caller ? turn.text.expose() : turn.heard.expose();
  if (words.empty()) return;
  excerpt += (excerpt.empty() ? "" : "\n") + std::string(caller ? "Caller: " : "Receptionist: ") + words;
  excerpt = cut(std::move(excerpt), kLongestExcerpt);
}

}  // namespace frontdesk::outbox
