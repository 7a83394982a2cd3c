#include "rerun/comparison.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace frontdesk::rerun {
namespace {

namespace bj = boost::json;

/// Nothing a terminal would obey.
std::string plain(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  return text;
}

std::string gap_text(const std::optional<base::Duration>& gap) {
  return gap ? std::to_string(base::to_ms(*gap)) + " ms" : std::string("-");
}

std::string joined(const std::vector<std::string>& texts) {
  std::string all;
  for (const auto& text : texts) all += (all.empty() ? "" : "; ") + text;
  return all;
}

std::string pair_text(const std::string& title, const std::string& before, const std::string& after, bool changed) {
  const auto head = "    " + title + std::string(title.size() < 9 ? 9 - title.size() : 0, ' ');
  if (!changed) return before.empty() ? std::string() : head + "  " + plain(before) + "\n";
  const auto or_none = [](const std::string& text) { return text.empty() ? std::string("(none)") : plain(text); };
  return head + "- " + or_none(before) + "\n" + std::string(head.size(), ' ') + "+ " + or_none(after) + "\n";
}

bj::object object_of(const Exchange& exchange) {
  bj::object object;
  object["said"] = exchange.said;
  object["answer"] = exchange.answer;
  object["actions"] = bj::array(exchange.actions.begin(), exchange.actions.end());
  object["gap_ms"] = exchange.gap ? bj::value(base::to_ms(*exchange.gap)) : bj::value();
  return object;
}

bj::object object_of(const ComparedCall& call) {
  bj::array exchanges;
  for (const auto& each : call.exchanges) {
    bj::object object;
    object["before"] = object_of(each.before);
    object["after"] = object_of(each.after);
    object["answer_changed"] = each.answer_changed;
    object["actions_changed"] = each.actions_changed;
    object["words_changed"] = each.words_changed;
    exchanges.push_back(std::move(object));
  }
  bj::object object;
  object["id"] = call.id;
  object["changed"] = call.changed();
  object["lines"] = call.lines;
  object["lines_said"] = call.lines_said;
  object["ended"] = call.ended;
  object["exchanges"] = std::move(exchanges);
  return object;
}

}  // namespace

std::size_t ComparedCall::changed() const {
  return static_cast<std::size_t>(std::count_if(exchanges.begin(), exchanges.end(), [](const auto& each) {
    return each.answer_changed || each.actions_changed;
  }));
}

std::string normalised(std::string_view text) {
  std::string out;
  bool gap = false;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool letter =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '\'' || byte >= 0x80;
    if (!letter) {
      gap = true;
      continue;
    }
    if (gap && !out.empty()) out += ' ';
    gap = false;
    out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  }
  return out;
}

ComparedCall compare(const RecordedCall& recorded, const Performance& performance) {
  ComparedCall compared;
  compared.id = recorded.id;
  compared.ended = performance.ended;
  compared.lines = recorded.lines.size();
  compared.lines_said = performance.lines_said;
  for (std::size_t i = 0; i < recorded.exchanges.size(); ++i) {
    ComparedExchange each{recorded.exchanges[i], performance.exchanges[i]};
    each.answer_changed = normalised(each.before.answer) != normalised(each.after.answer);
    each.actions_changed = each.before.actions != each.after.actions;
    each.words_changed = normalised(each.before.said) != normalised(each.after.said);
    compared.exchanges.push_back(std::move(each));
  }
  return compared;
}

std::string text_of(const ComparedCall& call) {
  std::string text = call.id + "\n";
  for (std::size_t i = 0; i < call.exchanges.size(); ++i) {
    const auto& each = call.exchanges[i];
    const bool changed = each.answer_changed || each.actions_changed;
    text += "  " + std::to_string(i) + (changed ? "  CHANGED\n" : "  same\n");
    text += pair_text("caller", each.before.said, each.after.said, each.words_changed);
    text += pair_text("answer", each.before.answer, each.after.answer, each.answer_changed);
    text += pair_text("actions", joined(each.before.actions), joined(each.after.actions), each.actions_changed);
    if (each.before.gap || each.after.gap)
      text += "    gap        " + gap_text(each.before.gap) + " -> " + gap_text(each.after.gap) + "\n";
  }
  if (call.lines_said < call.lines)
    text += "  the call ended (" + plain(call.ended) + ") before " + std::to_string(call.lines - call.lines_said) +
            " of the caller's lines\n";
  return text;
}

std::string summary_of(const std::vector<ComparedCall>& calls) {
  std::size_t exchanges = 0;
  std::size_t answers = 0;
  std::size_t actions = 0;
  std::size_t words = 0;
  for (const auto& call : calls)
    for (const auto& each : call.exchanges) {
      ++exchanges;
      answers += each.answer_changed ? 1 : 0;
      actions += each.actions_changed ? 1 : 0;
      words += each.words_changed ? 1 : 0;
    }
  return std::to_string(calls.size()) + " calls, " + std::to_string(exchanges) +
         " exchanges: " + std::to_string(answers) + " answers changed, " + std::to_string(actions) +
         " with other actions, " + std::to_string(words) + " understood differently\n";
}

std::string json_of(const std::vector<ComparedCall>& calls) {
  bj::object object;
  bj::array array;
  std::size_t changed = 0;
  for (const auto& call : calls) {
    array.push_back(object_of(call));
    changed += call.changed();
  }
  object["calls"] = std::move(array);
  object["changed"] = changed;
  return bj::serialize(object);
}

}  // namespace frontdesk::rerun
