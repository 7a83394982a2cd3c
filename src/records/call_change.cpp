#include "records/call_change.hpp"

#include <boost/json.hpp>

#include "store/call_mapping.hpp"
#include "store/storable_text.hpp"

namespace frontdesk::records {
namespace {

namespace json = boost::json;

constexpr std::string_view kAnswerColumns = "call, at";
constexpr std::string_view kRecordingColumns = "call, path";

template <class... Each>
struct Overloaded : Each... {
  using Each::operator()...;
};
template <class... Each>
Overloaded(Each...) -> Overloaded<Each...>;

std::vector<std::string> names_of(std::string_view columns) {
  std::vector<std::string> names;
  while (!columns.empty()) {
    const auto end = std::min(columns.find(", "), columns.size());
    names.emplace_back(columns.substr(0, end));
    columns.remove_prefix(std::min(end + 2, columns.size()));
  }
  return names;
}

json::value json_of(const store::Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) return *number;
  if (const auto* real = std::get_if<double>(&value)) return *real;
  // A reader of JSON refuses what is not UTF-8; the database would replace it too.
  if (const auto* text = std::get_if<std::string>(&value)) return json::value(store::storable_text(*text));
  return nullptr;
}

store::Value value_of(const json::value& value) {
  if (value.is_int64()) return value.as_int64();
  if (value.is_double()) return value.as_double();
  if (value.is_string()) return std::string(value.as_string());
  return {};
}

std::string line_of(std::string_view what, std::string_view columns, const std::vector<store::Value>& values) {
  json::object row;
  const auto names = names_of(columns);
  for (std::size_t i = 0; i < values.size(); ++i) row[names.at(i)] = json_of(values[i]);
  return json::serialize(json::object{{"what", what}, {"row", std::move(row)}});
}

store::Row row_of(std::string_view columns, const json::object& row) {
  std::vector<store::Value> values;
  for (const auto& name : names_of(columns)) {
    const auto* value = row.if_contains(name);
    values.push_back(value == nullptr ? store::Value() : value_of(*value));
  }
  return store::Row(std::move(values));
}

tl::unexpected<base::Error> unreadable() {
  return base::fail(base::ErrorCode::data_loss, "records", "a row that waited for the database cannot be read");
}

base::Result<CallChange> change_of(std::string_view what, const json::object& row) {
  if (what == "begin") return BeginCall{store::call_of(row_of(store::kCallColumns, row))};
  if (what == "end") return EndCall{store::call_of(row_of(store::kCallColumns, row))};
  if (what == "turn") return store::turn_of(row_of(store::kTurnColumns, row));
  if (what == "message") return store::message_of(row_of(store::kMessageColumns, row));
  if (what == "answer") {
    const auto values = row_of(kAnswerColumns, row);
    return AnswerCall{values.text(0), values.time(1)};
  }
  if (what == "recording") {
    const auto values = row_of(kRecordingColumns, row);
    return BeginRecording{values.text(0), values.text(1)};
  }
  if (what != "consent") return unreadable();
  return store::consent_of(row_of(store::kConsentColumns, row));
}

}  // namespace

base::Status carry_out(const CallChange& change, store::CallWriter& writer) {
  return std::visit(Overloaded{[&](const BeginCall& begun) { return writer.begin(begun.row); },
                               [&](const AnswerCall& answered) { return writer.answered(answered.call, answered.at); },
                               [&](const store::TurnRow& turn) { return writer.add_turn(turn); },
                               [&](const store::MessageRow& message) { return writer.add_message(message); },
                               [&](const store::ConsentRow& consent) { return writer.add_consent(consent); },
                               [&](const BeginRecording& recording) {
                                 return writer.recording_begun(recording.call, recording.path);
                               },
                               [&](const EndCall& ended) { return writer.finish(ended.row); }},
                    change);
}

std::string to_line(const CallChange& change) {
  return std::visit(
      Overloaded{
          [](const BeginCall& begun) { return line_of("begin", store::kCallColumns, store::values_of(begun.row)); },
          [](const AnswerCall& answered) {
            return line_of("answer", kAnswerColumns, {answered.call, answered.at.unix_ms});
          },
          [](const store::TurnRow& turn) { return line_of("turn", store::kTurnColumns, store::values_of(turn)); },
          [](const store::MessageRow& message) {
            return line_of("message", store::kMessageColumns, store::values_of(message));
          },
          [](const store::ConsentRow& consent) {
            return line_of("consent", store::kConsentColumns, store::values_of(consent));
          },
          [](const BeginRecording& recording) {
            return line_of("recording", kRecordingColumns, {recording.call, recording.path});
          },
          [](const EndCall& ended) { return line_of("end", store::kCallColumns, store::values_of(ended.row)); }},
      change);
}

base::Result<CallChange> change_of(std::string_view line) {
  boost::system::error_code error;
  const auto parsed = json::parse(json::string_view(line.data(), line.size()), error);
  if (error || !parsed.is_object()) return unreadable();
  const auto* what = parsed.as_object().if_contains("what");
  const auto* row = parsed.as_object().if_contains("row");
  if (what == nullptr || row == nullptr || !what->is_string() || !row->is_object()) return unreadable();
  return change_of(std::string_view(what->as_string()), row->as_object());
}

}  // namespace frontdesk::records
