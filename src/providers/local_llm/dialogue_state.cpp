#include "providers/local_llm/dialogue_state.hpp"

#include <boost/json.hpp>

namespace frontdesk::local_llm {
namespace {

namespace json = boost::json;

constexpr std::size_t kMaxStateBytes = 16 * 1024;

std::string text(const json::object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

int number(const json::object& object, std::string_view key, int fallback, int low, int high) {
  const auto* value = object.if_contains(key);
  if (value == nullptr || !value->is_int64()) return fallback;
  const auto n = value->get_int64();
  return n < low || n > high ? fallback : static_cast<int>(n);
}

}  // namespace

DialogueState read_state(std::string_view input) {
  DialogueState state;
  if (input.empty() || input.size() > kMaxStateBytes) return state;
  boost::system::error_code error;
  const json::value parsed = json::parse({input.data(), input.size()}, error);
  if (error || !parsed.is_object()) return state;
  const auto& root = parsed.get_object();
  state.topic = topic_named(text(root, "topic"));
  state.service = number(root, "service", -1, -1, 1'000'000);
  state.person = number(root, "person", -1, -1, 1'000'000);
  state.date = text(root, "date");
  state.pending = static_cast<Pending>(number(root, "pending", 0, 0, static_cast<int>(Pending::clarify)));
  state.clarify_topic = topic_named(text(root, "clarify"));
  state.clarify_entry = number(root, "clarify_entry", 0, 0, 1'000'000);
  state.last_reply = text(root, "last");
  state.question = text(root, "question");
  state.misses = number(root, "misses", 0, 0, 1000);
  state.turns = number(root, "turns", 0, 0, 1'000'000);
  if (const auto* form = root.if_contains("form"); form != nullptr && form->is_object()) {
    const auto& object = form->get_object();
    state.form.step = static_cast<Step>(number(object, "step", 0, 0, static_cast<int>(Step::change)));
    state.form.purpose = text(object, "purpose");
    state.form.person = text(object, "person");
    state.form.name = text(object, "name");
    state.form.number = text(object, "number");
    state.form.number_settled = number(object, "settled", 0, 0, 1) == 1;
    state.form.reason = text(object, "reason");
    state.form.tries = number(object, "tries", 0, 0, 100);
  }
  return state;
}

std::string write_state(const DialogueState& state) {
  json::object root{{"topic", json::string(name_of(state.topic))},
                    {"service", state.service},
                    {"person", state.person},
                    {"date", state.date},
                    {"pending", static_cast<int>(state.pending)},
                    {"clarify", json::string(name_of(state.clarify_topic))},
                    {"clarify_entry", state.clarify_entry},
                    {"last", state.last_reply},
                    {"question", state.question},
                    {"misses", state.misses},
                    {"turns", state.turns}};
  if (state.form.active()) {
    const auto& form = state.form;
    root["form"] = json::object{{"step", static_cast<int>(form.step)},
                                {"purpose", form.purpose},
                                {"person", form.person},
                                {"name", form.name},
                                {"number", form.number},
                                {"settled", form.number_settled ? 1 : 0},
                                {"reason", form.reason},
                                {"tries", form.tries}};
  }
  return json::serialize(root);
}

}  // namespace frontdesk::local_llm
