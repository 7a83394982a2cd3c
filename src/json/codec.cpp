#include "json/codec.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "json/iso_time.hpp"
#include "json/parse.hpp"
#include "json/pattern.hpp"
#include "json/utf8.hpp"

namespace frontdesk::json {
namespace detail {
namespace {

/// 90, not 90.000000.
std::string number_text(double number) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  return {text.data(), end};
}

bj::value number_value(double number) {
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (number == std::floor(number) && std::abs(number) < kExact) return static_cast<std::int64_t>(number);
  return number;
}

std::string range_words(const Note& note, std::string_view kind) {
  std::string words = "write a ";
  words.append(kind);
  if (note.min && note.max) return words + " from " + number_text(*note.min) + " to " + number_text(*note.max);
  if (note.min) return words + " of at least " + number_text(*note.min);
  if (note.max) return words + " of at most " + number_text(*note.max);
  return words;
}

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80; }));
}

bool in_range(double number, const Note& note) {
  return (!note.min || number >= *note.min) && (!note.max || number <= *note.max);
}

std::string list_of(const std::vector<std::string_view>& names) {
  std::string text;
  for (const auto name : names) text.append(text.empty() ? "" : ", ").append(name);
  return text;
}

}  // namespace

bool read_whole(const bj::value& value, std::int64_t least, std::uint64_t most, std::int64_t& number,
                std::uint64_t& large, const Reading& reading) {
  const auto wrong = [&] { return reading.refuse(range_words(reading.note, "whole number")); };
  if (value.is_int64()) {
    number = value.get_int64();
    if (number < least || (number > 0 && static_cast<std::uint64_t>(number) > most)) return wrong();
    large = static_cast<std::uint64_t>(number);
    return in_range(static_cast<double>(number), reading.note) || wrong();
  }
  if (!value.is_uint64()) return wrong();
  large = value.get_uint64();
  if (large > most) return wrong();
  number = static_cast<std::int64_t>(large);
  return in_range(static_cast<double>(large), reading.note) || wrong();
}

bool read_number(const bj::value& value, double& number, const Reading& reading) {
  if (!value.is_number()) return reading.refuse(range_words(reading.note, "number"));
  const auto read = value.is_double()  ? value.get_double()
                    : value.is_int64() ? static_cast<double>(value.get_int64())
                                       : static_cast<double>(value.get_uint64());
  if (!std::isfinite(read) || !in_range(read, reading.note)) return reading.refuse(range_words(reading.note, "number"));
  number = read;
  return true;
}

bool read_text(const bj::value& value, std::string& text, const Reading& reading) {
  const auto& note = reading.note;
  if (!value.is_string()) return reading.refuse("write text");
  const std::string_view sent(value.get_string().data(), value.get_string().size());
  if (!is_utf8(sent)) return reading.refuse("write UTF-8");
  const auto length = code_points(sent);
  if (length > note.max_length)
    return reading.refuse("write at most " + std::to_string(note.max_length) + " characters");
  if (length < note.min_length)
    return reading.refuse(note.min_length == 1 ? "write something, or leave it out"
                                               : "write at least " + std::to_string(note.min_length) + " characters");
  if (!note.pattern.empty() && !matches_pattern(sent, note.pattern))
    return reading.refuse(note.advice.empty() ? "write text of the form " + std::string(note.pattern)
                                              : std::string(note.advice));
  text = sent;
  return true;
}

bool read_time(const bj::value& value, base::UtcTime& time, const Reading& reading) {
  const auto* text = value.if_string();
  const auto read = text == nullptr ? std::nullopt : parse_iso_time({text->data(), text->size()});
  // A bare date is no date-time (RFC 3339, section 5.6).
  if (!read || text->find('T') == bj::string::npos)
    return reading.refuse("write a time with its zone, as 2026-11-22T14:30:00Z");
  time = *read;
  return true;
}

bool read_name(const bj::value& value, const std::vector<std::string_view>& names, std::size_t& index,
               const Reading& reading) {
  const auto* text = value.if_string();
  const auto found = text == nullptr
                         ? names.end()
                         : std::find(names.begin(), names.end(), std::string_view(text->data(), text->size()));
  if (found == names.end()) return reading.refuse("write one of " + list_of(names));
  index = static_cast<std::size_t>(found - names.begin());
  return true;
}

void refuse_unknown(const bj::object& object, const std::vector<std::string_view>& known, const Reading& reading) {
  for (const auto& member : object) {
    const std::string_view name(member.key().data(), member.key().size());
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const Place place(reading.place, name);
    reading.problems.add(place.pointer(), known.empty() ? "there is no such member, nor any other"
                                                        : "there is no such member, only " + list_of(known));
  }
}

bj::object number_schema(const char* type, Direction direction, const Note& note) {
  bj::object schema{{"type", type}};
  if (direction == Direction::output) return schema;
  if (note.min) schema["minimum"] = number_value(*note.min);
  if (note.max) schema["maximum"] = number_value(*note.max);
  return schema;
}

bj::object text_schema(Direction direction, const Note& note) {
  bj::object schema{{"type", "string"}};
  if (!note.format.empty()) schema["format"] = note.format;
  if (direction == Direction::output) return schema;
  if (note.min_length > 0) schema["minLength"] = note.min_length;
  schema["maxLength"] = note.max_length;
  if (!note.pattern.empty()) schema["pattern"] = schema_pattern(note.pattern);
  return schema;
}

void annotate(bj::object& schema, const Note& note) {
  if (!note.text.empty()) schema["description"] = note.text;
  if (note.read_only) schema["readOnly"] = true;
  if (note.example.empty()) return;
  const auto example = parse(note.example);
  if (example) schema["examples"] = bj::array{*example};
}

bj::object nullable(bj::object schema) {
  auto* type = schema.if_contains("type");
  if (type == nullptr || !type->is_string()) {
    if (schema.empty()) return schema;
    return {{"anyOf", bj::array{std::move(schema), bj::object{{"type", "null"}}}}};
  }
  *type = bj::array{*type, "null"};
  if (auto* names = schema.if_contains("enum")) names->as_array().emplace_back(nullptr);
  return schema;
}

std::string_view without_underscore(std::string_view name) {
  return name.ends_with('_') ? name.substr(0, name.size() - 1) : name;
}

}  // namespace detail

bj::value Codec<std::string>::write(const std::string& text) {
  return bj::value(is_utf8(text) ? text : valid_utf8(text));
}

bj::value Codec<base::UtcTime>::write(base::UtcTime time) {
  return bj::value(iso_time(time));
}

}  // namespace frontdesk::json
