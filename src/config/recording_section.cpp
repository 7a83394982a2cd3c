#include <map>

#include "config/sections.hpp"

namespace frontdesk::config {
namespace {

constexpr std::int64_t kMostDays = 36'500;
constexpr std::size_t kMostNumbers = 1000;

NumberPolicy read_number(TableReader& reader) {
  NumberPolicy number;
  number.number = reader.required("number", "\"+443335550100\"");
  const auto policy = read_recording_policy(reader, "policy");
  if (!reader.has("policy"))
    reader.problem("policy", "is missing: write \"off\", \"announce\", \"ask\" or \"both_party\"");
  number.policy = policy.value_or(number.policy);
  reader.finish();
  return number;
}

}  // namespace

std::optional<RecordingPolicy> read_recording_policy(TableReader& reader, std::string_view key) {
  const auto text = reader.text(key);
  if (!text) return std::nullopt;
  static const std::map<std::string, RecordingPolicy> kPolicies{{"off", RecordingPolicy::off},
                                                                {"announce", RecordingPolicy::announce},
                                                                {"ask", RecordingPolicy::ask},
                                                                {"both_party", RecordingPolicy::both_party}};
  const auto found = kPolicies.find(*text);
  if (found != kPolicies.end()) return found->second;
  reader.problem(key, "must be \"off\", \"announce\", \"ask\" or \"both_party\"");
  return std::nullopt;
}

Retention read_retention(TableReader& reader) {
  Retention retention;
  const auto days = [&](const char* key, int& value) {
    value = static_cast<int>(reader.integer(key, 0, kMostDays).value_or(0));
  };
  days("transcripts_days", retention.transcripts_days);
  days("messages_days", retention.messages_days);
  days("calls_days", retention.calls_days);
  reader.finish();
  return retention;
}

Recording read_recording(TableReader& reader, Findings& findings) {
  Recording recording;
  recording.policy = read_recording_policy(reader, "policy").value_or(recording.policy);
  recording.announcement = reader.text("announcement").value_or("");
  recording.question = reader.text("question").value_or("");
  if (!recording.question.empty() && !recording.question.ends_with('?'))
    reader.problem("question", "must end with a question mark, such as \"May we record this call?\"");
  const auto format = reader.text("format").value_or("wav");
  if (format != "wav" && format != "opus") reader.problem("format", "must be \"wav\" or \"opus\"");
  recording.format = format == "opus" ? RecordingFormat::opus : RecordingFormat::wav;
  recording.encrypt = reader.boolean("encrypt").value_or(recording.encrypt);
  recording.keep_days = static_cast<int>(reader.integer("keep_days", 0, kMostDays).value_or(0));
  recording.pause_on_digits = reader.boolean("pause_on_digits").value_or(recording.pause_on_digits);
  recording.pause_for_payment = reader.boolean("pause_for_payment").value_or(recording.pause_for_payment);
  const auto tables = reader.tables("numbers");
  if (tables.size() > kMostNumbers) reader.problem("numbers", "has more than 1000 entries: remove some");
  for (std::size_t i = 0; i < std::min(tables.size(), kMostNumbers); ++i) {
    TableReader entry(tables[i], reader.file(), "recording.numbers[" + std::to_string(i + 1) + "]", findings);
    recording.numbers.push_back(read_number(entry));
  }
  reader.finish();
  return recording;
}

}  // namespace frontdesk::config
