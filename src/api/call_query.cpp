#include "api/call_query.hpp"

#include <charconv>
#include <cmath>
#include <map>
#include <set>

#include "api/iso_time.hpp"
#include "api/utf8.hpp"
#include "store/call_log.hpp"

namespace frontdesk::api {
namespace {

/// Reads a value into its place; what to write instead if it is malformed.
using Read = std::function<std::optional<std::string>(const std::string&)>;
using Readers = std::map<std::string, Read, std::less<>>;

constexpr double kMaxSeconds = 7 * 24 * 3600;
constexpr std::size_t kMaxCursorBytes = 200;

std::optional<double> decimal(std::string_view text, double greatest) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (!std::isfinite(value) || std::signbit(value) || value > greatest) return std::nullopt;
  return value;
}

Read time_into(std::optional<base::UtcTime>& place) {
  return [&place](const std::string& text) -> std::optional<std::string> {
    place = parse_iso_time(text);
    if (place) return std::nullopt;
    return "write a date, 2026-11-22, or a time with its zone, 2026-11-22T14:30:00Z";
  };
}

Read seconds_into(std::optional<std::int64_t>& place_ms) {
  return [&place_ms](const std::string& text) -> std::optional<std::string> {
    const auto seconds = decimal(text, kMaxSeconds);
    if (!seconds) return "write seconds, from 0 to 604800";
    place_ms = std::llround(*seconds * 1000);
    return std::nullopt;
  };
}

Read fraction_into(std::optional<double>& place) {
  return [&place](const std::string& text) -> std::optional<std::string> {
    place = decimal(text, 1);
    if (place) return std::nullopt;
    return "write a number from 0 to 1";
  };
}

Read limit_into(int& place) {
  return [&place](const std::string& text) -> std::optional<std::string> {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), place);
    if (error == std::errc{} && end == text.data() + text.size() && place >= 1 && place <= store::kMaxPage)
      return std::nullopt;
    return "write a whole number from 1 to " + std::to_string(store::kMaxPage);
  };
}

Read status_into(std::optional<store::CallStatus>& place) {
  return [&place](const std::string& text) -> std::optional<std::string> {
    place = store::call_status(text);
    if (place) return std::nullopt;
    return "write one of in_progress, answered, missed, transferred, rejected, interrupted, failed";
  };
}

Read text_into(std::string& place, std::size_t longest) {
  return [&place, longest](const std::string& text) -> std::optional<std::string> {
    // An unescaped '+' before a number arrives as a blank.
    const auto first = text.find_first_not_of(' ');
    place = first == std::string::npos ? std::string() : text.substr(first);
    if (!place.empty() && place.size() <= longest && valid_utf8(place) == place) return std::nullopt;
    return "write 1 to " + std::to_string(longest) + " characters of UTF-8, or leave it out";
  };
}

tl::expected<void, BadParameter> read_all(const http::Fields& query, const Readers& readers) {
  std::set<std::string> seen;
  for (const auto& [name, value] : query) {
    const auto shown = valid_utf8(name).substr(0, kMaxSearchBytes);
    const auto reader = readers.find(name);
    if (reader == readers.end()) {
      std::string known;
      for (const auto& [each, unused] : readers) known += (known.empty() ? "" : ", ") + each;
      return tl::unexpected(BadParameter{
          shown, known.empty() ? "this address takes no parameters" : "there is no such parameter, only " + known});
    }
    if (!seen.insert(name).second) return tl::unexpected(BadParameter{shown, "write it once"});
    if (auto advice = reader->second(value)) return tl::unexpected(BadParameter{shown, std::move(*advice)});
  }
  return {};
}

template <class T>
bool crossed(const std::optional<T>& low, const std::optional<T>& high) {
  return low && high && *low > *high;
}

}  // namespace

tl::expected<CallQuery, BadParameter> parse_call_query(const http::Fields& query) {
  CallQuery parsed;
  auto& filter = parsed.filter;
  const Readers readers{{"from", time_into(filter.from)},
                        {"to", time_into(filter.to)},
                        {"caller", text_into(filter.caller, kMaxSearchBytes)},
                        {"status", status_into(filter.status)},
                        {"min_duration", seconds_into(filter.min_duration_ms)},
                        {"max_duration", seconds_into(filter.max_duration_ms)},
                        {"min_confidence", fraction_into(filter.min_confidence)},
                        {"max_confidence", fraction_into(filter.max_confidence)},
                        {"limit", limit_into(parsed.limit)},
                        {"cursor", text_into(parsed.cursor, kMaxCursorBytes)}};
  if (auto read = read_all(query, readers); !read) return tl::unexpected(read.error());
  if (crossed(filter.from, filter.to)) return tl::unexpected(BadParameter{"to", "it must not be before from"});
  if (crossed(filter.min_duration_ms, filter.max_duration_ms))
    return tl::unexpected(BadParameter{"max_duration", "it must not be less than min_duration"});
  if (crossed(filter.min_confidence, filter.max_confidence))
    return tl::unexpected(BadParameter{"max_confidence", "it must not be less than min_confidence"});
  return parsed;
}

tl::expected<MessageQuery, BadParameter> parse_message_query(const http::Fields& query) {
  MessageQuery parsed;
  const Readers readers{{"call", text_into(parsed.call, kMaxSearchBytes)}, {"limit", limit_into(parsed.limit)}};
  if (auto read = read_all(query, readers); !read) return tl::unexpected(read.error());
  return parsed;
}

tl::expected<void, BadParameter> no_parameters(const http::Fields& query) {
  return read_all(query, {});
}

}  // namespace frontdesk::api
