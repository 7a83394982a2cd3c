#include "live/wire.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/utf8.hpp"

namespace frontdesk::live {
namespace {

namespace bj = boost::json;

bj::value text(std::string_view value) {
  return bj::value(base::valid_utf8(value));
}

bj::object fields(const board::Rang& rang) {
  return {{"organisation", text(rang.organisation)},
          {"call", text(rang.call)},
          {"line", text(rang.line)},
          {"called", text(rang.called)},
          {"caller", text(rang.caller.expose())},
          {"caller_name", text(rang.caller_name.expose())},
          {"at", rang.at.unix_ms}};
}
bj::object fields(const board::Answered& answered) {
  return {{"call", text(answered.call)}, {"at", answered.at.unix_ms}};
}
bj::object fields(const board::SpeakerChanged& changed) {
  return {{"call", text(changed.call)}, {"speaking", static_cast<int>(changed.speaking)}, {"at", changed.at.unix_ms}};
}
bj::object fields(const board::Saying& saying) {
  return {{"call", text(saying.call)},
          {"speaker", static_cast<int>(saying.speaker)},
          {"text", text(saying.text.expose())},
          {"at", saying.at.unix_ms}};
}
bj::object fields(const board::Said& said) {
  return {{"call", text(said.call)},
          {"speaker", static_cast<int>(said.line.speaker)},
          {"text", text(said.line.text.expose())},
          {"interrupted", said.line.interrupted},
          {"at", said.line.at.unix_ms}};
}
bj::object fields(const board::Ended& ended) {
  return {{"call", text(ended.call)},
          {"end_class", text(ended.end_class)},
          {"reason", text(ended.reason)},
          {"length_ms", base::to_ms(ended.length)},
          {"at", ended.at.unix_ms}};
}

bj::object fields(const board::Listened& listened) {
  return {{"call", text(listened.call)},
          {"listeners", bj::array(listened.listeners.begin(), listened.listeners.end())},
          {"at", listened.at.unix_ms}};
}

std::string envelope(std::string_view machine, std::int64_t kind, bj::value what) {
  return bj::serialize(bj::object{{"v", 1}, {"machine", text(machine)}, {"kind", kind}, {"what", std::move(what)}});
}

constexpr std::int64_t kRunning = 100;  ///< other kinds are indices of Change

// Readers throw what Boost.JSON throws when something is missing or of another kind.

std::string text_at(const bj::object& from, std::string_view name) {
  return std::string(from.at(name).as_string());
}
base::UtcTime time_at(const bj::object& from) {
  return {from.at("at").as_int64()};
}
base::Pii<std::string> pii_at(const bj::object& from, std::string_view name) {
  return base::Pii<std::string>(text_at(from, name));
}
board::Speaker speaker_at(const bj::object& from) {
  return from.at("speaker").as_int64() == 0 ? board::Speaker::caller : board::Speaker::receptionist;
}

board::Rang rang_of(const bj::object& from) {
  return {text_at(from, "organisation"), text_at(from, "call"),       text_at(from, "line"), text_at(from, "called"),
          pii_at(from, "caller"),        pii_at(from, "caller_name"), time_at(from)};
}

Change change_of(std::int64_t kind, const bj::object& from) {
  switch (kind) {
    case 0:
      return rang_of(from);
    case 1:
      return board::Answered{text_at(from, "call"), time_at(from)};
    case 2: {
      const auto speaking = from.at("speaking").as_int64();
      return board::SpeakerChanged{text_at(from, "call"),
                                   speaking == 1   ? board::Speaking::caller
                                   : speaking == 2 ? board::Speaking::receptionist
                                                   : board::Speaking::nobody,
                                   time_at(from)};
    }
    case 3:
      return board::Saying{text_at(from, "call"), speaker_at(from), pii_at(from, "text"), time_at(from)};
    case 4:
      return board::Said{text_at(from, "call"),
                         {speaker_at(from), pii_at(from, "text"), from.at("interrupted").as_bool(), time_at(from)}};
    case 5:
      return board::Ended{text_at(from, "call"), text_at(from, "end_class"), text_at(from, "reason"),
                          base::milliseconds(from.at("length_ms").as_int64()), time_at(from)};
    case 6: {
      board::Listened listened{text_at(from, "call"), {}, time_at(from)};
      for (const auto& each : from.at("listeners").as_array()) listened.listeners.emplace_back(each.as_string());
      return listened;
    }
    default:
      throw std::out_of_range("kind");
  }
}

std::vector<Running> running_of(const bj::array& from) {
  std::vector<Running> running;
  for (const auto& each : from) {
    const auto& object = each.as_object();
    Running call{rang_of(object), std::nullopt};
    if (const auto& answered = object.at("answered_at"); !answered.is_null())
      call.answered = base::UtcTime{answered.as_int64()};
    running.push_back(std::move(call));
  }
  return running;
}

}  // namespace

std::string to_wire(std::string_view machine, const Change& change) {
  return envelope(machine, static_cast<std::int64_t>(change.index()),
                  std::visit([](const auto& each) { return fields(each); }, change));
}

std::string to_wire(std::string_view machine, const std::vector<Running>& running) {
  bj::array all;
  for (const auto& call : running) {
    auto each = fields(call.rang);
    each["answered_at"] = call.answered ? bj::value(call.answered->unix_ms) : bj::value();
    all.push_back(std::move(each));
  }
  return envelope(machine, kRunning, std::move(all));
}

std::optional<Told> from_wire(std::string_view message) {
  try {
    const auto parsed = bj::parse(message);
    const auto& object = parsed.as_object();
    if (object.at("v").as_int64() != 1) return std::nullopt;
    const auto kind = object.at("kind").as_int64();
    Told told{text_at(object, "machine"), {}};
    if (kind == kRunning)
      told.what = running_of(object.at("what").as_array());
    else
      told.what = change_of(kind, object.at("what").as_object());
    return told;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

}  // namespace frontdesk::live
