#include "live/board/live_board.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>

#include "base/iso_time.hpp"
#include "base/utf8.hpp"

namespace frontdesk::board {
namespace {

namespace bj = boost::json;

}  // namespace

std::string_view name(Status status) {
  return status == Status::ringing ? "ringing" : "active";
}

std::string_view name(Speaking speaking) {
  switch (speaking) {
    case Speaking::nobody:
      return "nobody";
    case Speaking::caller:
      return "caller";
    case Speaking::receptionist:
      return "receptionist";
  }
  return "nobody";
}

std::string_view name(Speaker speaker) {
  return speaker == Speaker::caller ? "caller" : "receptionist";
}

namespace {

bj::value text(std::string_view value) {
  return bj::value(base::valid_utf8(value.substr(0, kLongestText)));
}
bj::value text(const base::Pii<std::string>& value) {
  return text(value.expose());
}

/// A withheld number is null.
bj::value number(const base::Pii<std::string>& value) {
  return value.expose().empty() ? bj::value() : text(value);
}

bj::object line_json(const Line& line) {
  return {{"speaker", name(line.speaker)},
          {"text", text(line.text)},
          {"interrupted", line.interrupted},
          {"at", base::iso_time(line.at)}};
}

bj::object state_json(const Shown& call) {
  return {{"status", name(call.status)},
          {"speaking", name(call.speaking)},
          {"caller", number(call.rang.caller)},
          {"caller_name", number(call.rang.caller_name)},
          {"line", text(call.rang.line)},
          {"called", text(call.rang.called)},
          {"started_at", base::iso_time(call.rang.at)},
          {"answered_at", call.answered ? bj::value(base::iso_time(*call.answered)) : bj::value()},
          {"listeners", bj::array(call.listeners.begin(), call.listeners.end())}};
}

/// The customer's names: what the caller says is transcribed, what we say is the answer of the model.
std::string_view type_of(Speaker speaker) {
  return speaker == Speaker::caller ? "call.transcription" : "call.ai_response";
}

}  // namespace

struct LiveBoard::Sent {
  std::string_view type;
  base::UtcTime at;
  bj::object data;
  std::string outdates;    ///< the kind whose last change is not worth telling any more; empty: none
  bool transient = false;  ///< the next change of the kind outdates this one
};

LiveBoard::Call* LiveBoard::find(const std::string& call) {
  const auto it = calls_.find(call);
  return it == calls_.end() ? nullptr : &it->second;
}

void LiveBoard::apply(const Rang& rang) {
  if (calls_.size() >= kMaxCalls || calls_.contains(rang.call)) return;
  auto& call = calls_[rang.call];
  call.rang = rang;
  tell_state(call, "call.status_update", rang.at, true);
}

void LiveBoard::apply(const Answered& answered) {
  auto* call = find(answered.call);
  if (call == nullptr || call->answered) return;
  call->status = Status::active;
  call->answered = answered.at;
  tell_state(*call, "call.connected", answered.at, false);
}

void LiveBoard::apply(const SpeakerChanged& changed) {
  auto* call = find(changed.call);
  if (call == nullptr || call->speaking == changed.speaking) return;
  call->speaking = changed.speaking;
  tell_state(*call, "call.status_update", changed.at, true);
}

void LiveBoard::apply(const Saying& saying) {
  auto* call = find(saying.call);
  if (call == nullptr) return;
  Sent sent{type_of(saying.speaker), saying.at, {}, {}, true};
  sent.outdates = sent.type;
  sent.data = {{"speaker", name(saying.speaker)}, {"text", text(saying.text)}, {"final", false}};
  tell(*call, sent);
}

void LiveBoard::apply(const Said& said) {
  auto* call = find(said.call);
  if (call == nullptr) return;
  call->lines.push_back(said.line);
  if (call->lines.size() > kLinesKept) call->lines.pop_front();
  Sent sent{type_of(said.line.speaker), said.line.at, line_json(said.line), {}, false};
  sent.outdates = sent.type;
  sent.data["final"] = true;
  sent.data.erase("at");
  tell(*call, sent);
}

void LiveBoard::apply(const Listened& listened) {
  auto* call = find(listened.call);
  if (call == nullptr || call->listeners == listened.listeners) return;
  call->listeners = listened.listeners;
  tell_state(*call, "call.status_update", listened.at, true);
}

void LiveBoard::apply(const Ended& ended) {
  auto* call = find(ended.call);
  if (call == nullptr) return;
  tell(*call,
       {"call.ended",
        ended.at,
        {{"end_class", ended.end_class}, {"reason", text(ended.reason)}, {"duration_ms", base::to_ms(ended.length)}},
        "call.status_update",
        false});
  calls_.erase(ended.call);
}

void LiveBoard::tell_state(Call& call, std::string_view type, base::UtcTime at, bool transient) {
  tell(call, {type, at, state_json(call), "call.status_update", transient});
}

void LiveBoard::tell(Call& call, const Sent& sent) {
  if (organisations_.size() >= kMaxOrganisations && !organisations_.contains(call.rang.organisation)) return;
  auto& organisation = organisations_[call.rang.organisation];
  if (const auto older = call.newest.find(sent.outdates); older != call.newest.end()) {
    organisation.changes.erase(older->second);
    call.newest.erase(older);
  }
  const auto sequence = ++organisation.newest;
  bj::object message{{"type", sent.type},
                     {"cursor", cursor(sequence)},
                     {"call_id", call.rang.call},
                     {"at", base::iso_time(sent.at)},
                     {"data", sent.data}};
  organisation.changes[sequence] = {call.rang.call, std::make_shared<const std::string>(bj::serialize(message))};
  if (sent.transient) call.newest[std::string(sent.type)] = sequence;
  while (organisation.changes.size() > kChangesKept) {
    organisation.forgotten = organisation.changes.begin()->first;
    organisation.changes.erase(organisation.changes.begin());
  }
}

Batch LiveBoard::since(const std::string& organisation, std::uint64_t position, std::string_view call) const {
  const auto it = organisations_.find(organisation);
  if (it == organisations_.end()) return {false, {}, position};
  const auto& known = it->second;
  if (position < known.forgotten || position > known.newest) {
    if (call.empty()) return from_start(organisation);
    position = known.forgotten;  // who follows one call misses what was said long ago, and nothing else
  }
  Batch batch{false, {}, known.newest};
  for (auto change = known.changes.upper_bound(position); change != known.changes.end(); ++change)
    if (call.empty() || change->second.call == call) batch.messages.push_back(change->second.message);
  return batch;
}

Batch LiveBoard::from_start(const std::string& organisation) const {
  const auto position = newest(organisation);
  return {true, {std::make_shared<const std::string>(snapshot(organisation, position))}, position};
}

std::uint64_t LiveBoard::newest(const std::string& organisation) const {
  const auto it = organisations_.find(organisation);
  return it == organisations_.end() ? 0 : it->second.newest;
}

std::string LiveBoard::cursor(std::uint64_t sequence) const {
  return epoch_ + ":" + std::to_string(sequence);
}

std::optional<std::uint64_t> LiveBoard::position_of(std::string_view cursor) const {
  if (!cursor.starts_with(epoch_ + ":")) return std::nullopt;
  cursor.remove_prefix(epoch_.size() + 1);
  std::uint64_t position = 0;
  const auto read = std::from_chars(cursor.data(), cursor.data() + cursor.size(), position);
  if (read.ec != std::errc{} || read.ptr != cursor.data() + cursor.size()) return std::nullopt;
  return position;
}

std::string LiveBoard::snapshot(const std::string& organisation, std::uint64_t position) const {
  bj::array running;
  for (const auto& [id, call] : calls_) {
    if (call.rang.organisation != organisation) continue;
    bj::array lines;
    for (const auto& line : call.lines) lines.push_back(line_json(line));
    auto each = state_json(call);
    each["call_id"] = id;
    each["transcript"] = std::move(lines);
    running.push_back(std::move(each));
  }
  return bj::serialize(bj::object{
      {"type", "live.snapshot"}, {"cursor", cursor(position)}, {"data", bj::object{{"calls", std::move(running)}}}});
}

std::vector<Shown> LiveBoard::running(const std::string& organisation) const {
  std::vector<Shown> all;
  for (const auto& [id, call] : calls_)
    if (call.rang.organisation == organisation) all.push_back(call);
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.rang.at < b.rang.at; });
  return all;
}

bool LiveBoard::has(const std::string& organisation, const std::string& call) const {
  const auto it = calls_.find(call);
  return it != calls_.end() && it->second.rang.organisation == organisation;
}

std::vector<std::string> LiveBoard::calls() const {
  std::vector<std::string> ids;
  for (const auto& [id, call] : calls_) ids.push_back(id);
  return ids;
}

std::size_t LiveBoard::calls_of(const std::string& organisation) const {
  return static_cast<std::size_t>(std::count_if(
      calls_.begin(), calls_.end(), [&](const auto& each) { return each.second.rang.organisation == organisation; }));
}

}  // namespace frontdesk::board
