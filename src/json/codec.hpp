// How each type stands in JSON: reads it strictly, writes it, describes it as JSON Schema (2020-12). Described structs
// and enumerations, optionals, lists, maps from text, numbers, text, times; other types specialise Codec.
//
// Reading tells every problem; what it could not read keeps its former value. A member that is std::optional may be
// left out or null; where the two must differ (a change of part of an object) use std::optional<std::optional<T>>.
#pragma once
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cmath>
#include <concepts>
#include <limits>
#include <map>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "base/protect.hpp"
#include "base/time.hpp"
#include "json/about.hpp"
#include "json/problem.hpp"
#include "json/schemas.hpp"

namespace frontdesk::json {

namespace bj = boost::json;

/// What a value is read against.
struct Reading {
  const Place& place;
  const Note& note;
  Problems& problems;

  bool refuse(std::string detail) const {
    problems.add(place.pointer(), std::move(detail));
    return false;
  }
};

inline constexpr Note kPlain{};

template <class T>
struct Codec;

template <class T>
concept Whole = std::integral<T> && !std::same_as<T, bool>;

namespace detail {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

bool read_whole(const bj::value& value, std::int64_t least, std::uint64_t most, std::int64_t& number,
                std::uint64_t& large, const Reading& reading);
bool read_number(const bj::value& value, double& number, const Reading& reading);
bool read_text(const bj::value& value, std::string& text, const Reading& reading);
bool read_time(const bj::value& value, base::UtcTime& time, const Reading& reading);
bool check_range(double number, const Reading& reading);
/// Limits are about what is sent; what comes out may be older than they are.
bj::object number_schema(const char* type, Direction direction, const Note& note);
bj::object text_schema(Direction direction, const Note& note);
void refuse_unknown(const bj::object& object, const std::vector<std::string_view>& known, const Reading& reading);
bool read_name(const bj::value& value, const std::vector<std::string_view>& names, std::size_t& index,
               const Reading& reading);
/// Adds the words, example and direction of a note to a member's schema.
void annotate(bj::object& schema, const Note& note);
bj::object nullable(bj::object schema);
/// Described enumerators that are words of C++ end in '_', which is left out in JSON.
std::string_view without_underscore(std::string_view name);

}  // namespace detail

template <>
struct Codec<bool> {
  static bool read(const bj::value& value, bool& flag, const Reading& reading) {
    if (!value.is_bool()) return reading.refuse("write true or false");
    flag = value.get_bool();
    return true;
  }
  static bj::value write(bool flag) { return flag; }
  static bj::object schema(Schemas&, Direction, const Note&) { return {{"type", "boolean"}}; }
};

template <Whole T>
struct Codec<T> {
  static bool read(const bj::value& value, T& number, const Reading& reading) {
    constexpr auto kLeast = std::is_signed_v<T> ? static_cast<std::int64_t>(std::numeric_limits<T>::min()) : 0;
    std::int64_t small = 0;
    std::uint64_t large = 0;
    if (!detail::read_whole(value, kLeast, static_cast<std::uint64_t>(std::numeric_limits<T>::max()), small, large,
                            reading))
      return false;
    number = std::is_signed_v<T> ? static_cast<T>(small) : static_cast<T>(large);
    return true;
  }
  static bj::value write(T number) { return number; }
  static bj::object schema(Schemas&, Direction direction, const Note& note) {
    auto schema = detail::number_schema("integer", direction, note);
    if (std::is_unsigned_v<T> && !schema.contains("minimum")) schema["minimum"] = 0;
    if (sizeof(T) == 8) schema["format"] = "int64";
    return schema;
  }
};

template <>
struct Codec<double> {
  static bool read(const bj::value& value, double& number, const Reading& reading) {
    return detail::read_number(value, number, reading);
  }
  /// JSON has no infinity.
  static bj::value write(double number) { return std::isfinite(number) ? bj::value(number) : bj::value(); }
  static bj::object schema(Schemas&, Direction direction, const Note& note) {
    return detail::number_schema("number", direction, note);
  }
};

template <>
struct Codec<std::string> {
  static bool read(const bj::value& value, std::string& text, const Reading& reading) {
    return detail::read_text(value, text, reading);
  }
  /// What is not UTF-8 is repaired with U+FFFD: names from SIP may be anything.
  static bj::value write(const std::string& text);
  static bj::object schema(Schemas&, Direction direction, const Note& note) {
    return detail::text_schema(direction, note);
  }
};

template <>
struct Codec<base::Pii<std::string>> : Codec<std::string> {
  static bool read(const bj::value& value, base::Pii<std::string>& text, const Reading& reading) {
    std::string plain;
    if (!detail::read_text(value, plain, reading)) return false;
    text = base::Pii<std::string>(std::move(plain));
    return true;
  }
  static bj::value write(const base::Pii<std::string>& text) { return Codec<std::string>::write(text.expose()); }
};

/// Goes in and never comes out.
template <>
struct Codec<base::Secret> {
  static bool read(const bj::value& value, base::Secret& secret, const Reading& reading) {
    std::string plain;
    if (!detail::read_text(value, plain, reading)) return false;
    secret = base::Secret(std::move(plain));
    return true;
  }
  static bj::value write(const base::Secret&) { return nullptr; }
  static bj::object schema(Schemas&, Direction direction, const Note& note) {
    auto schema = detail::text_schema(direction, note);
    if (note.format.empty()) schema["format"] = "password";
    return schema;
  }
};

/// RFC 3339; written in UTC with milliseconds.
template <>
struct Codec<base::UtcTime> {
  static bool read(const bj::value& value, base::UtcTime& time, const Reading& reading) {
    return detail::read_time(value, time, reading);
  }
  static bj::value write(base::UtcTime time);
  static bj::object schema(Schemas&, Direction, const Note&) { return {{"type", "string"}, {"format", "date-time"}}; }
};

template <DescribedEnum T>
struct Codec<T> {
  using Enumerators = boost::describe::describe_enumerators<T>;

  static std::vector<std::string_view> names() {
    std::vector<std::string_view> all;
    boost::mp11::mp_for_each<Enumerators>([&](auto each) { all.push_back(detail::without_underscore(each.name)); });
    return all;
  }
  static bool read(const bj::value& value, T& chosen, const Reading& reading) {
    std::size_t index = 0;
    if (!detail::read_name(value, names(), index, reading)) return false;
    std::size_t at = 0;
    boost::mp11::mp_for_each<Enumerators>([&](auto each) {
      if (at++ == index) chosen = each.value;
    });
    return true;
  }
  static bj::value write(T value) {
    bj::value name;
    boost::mp11::mp_for_each<Enumerators>([&](auto each) {
      if (each.value == value) name = bj::string(detail::without_underscore(each.name));
    });
    return name;
  }
  static bj::object schema(Schemas&, Direction, const Note&) {
    bj::array all;
    for (const auto name : names()) all.emplace_back(name);
    return {{"type", "string"}, {"enum", std::move(all)}};
  }
};

template <class T>
struct Codec<std::optional<T>> {
  static bool read(const bj::value& value, std::optional<T>& maybe, const Reading& reading) {
    if (value.is_null() && !detail::is_optional<T>) {
      maybe.reset();
      return true;
    }
    T inner{};
    if (!Codec<T>::read(value, inner, reading)) return false;
    maybe = std::move(inner);
    return true;
  }
  static bj::value write(const std::optional<T>& maybe) { return maybe ? Codec<T>::write(*maybe) : bj::value(); }
  static bj::object schema(Schemas& schemas, Direction direction, const Note& note) {
    auto inner = Codec<T>::schema(schemas, direction, note);
    return detail::is_optional<T> ? inner : detail::nullable(std::move(inner));
  }
};

template <class T>
struct Codec<std::vector<T>> {
  static bool read(const bj::value& value, std::vector<T>& list, const Reading& reading) {
    const auto* array = value.if_array();
    if (array == nullptr) return reading.refuse("write a list");
    if (array->size() > reading.note.max_items)
      return reading.refuse("write at most " + std::to_string(reading.note.max_items) + " elements");
    bool good = true;
    list.clear();
    list.reserve(array->size());
    for (std::size_t i = 0; i < array->size(); ++i) {
      T element{};
      const Place place(reading.place, i);
      good = Codec<T>::read((*array)[i], element, {place, reading.note, reading.problems}) && good;
      list.push_back(std::move(element));
    }
    return good;
  }
  static bj::value write(const std::vector<T>& list) {
    bj::array array;
    array.reserve(list.size());
    for (const auto& each : list) array.push_back(Codec<T>::write(each));
    return array;
  }
  static bj::object schema(Schemas& schemas, Direction direction, const Note& note) {
    bj::object list{{"type", "array"}, {"items", Codec<T>::schema(schemas, direction, note)}};
    if (direction == Direction::input) list["maxItems"] = note.max_items;
    return list;
  }
};

template <class T>
struct Codec<std::map<std::string, T>> {
  static bool read(const bj::value& value, std::map<std::string, T>& map, const Reading& reading) {
    const auto* object = value.if_object();
    if (object == nullptr) return reading.refuse("write an object");
    if (object->size() > reading.note.max_items)
      return reading.refuse("write at most " + std::to_string(reading.note.max_items) + " members");
    bool good = true;
    map.clear();
    for (const auto& [key, each] : *object) {
      T element{};
      const std::string_view name(key.data(), key.size());
      const Place place(reading.place, name);
      good = Codec<T>::read(each, element, {place, reading.note, reading.problems}) && good;
      map.emplace(name, std::move(element));
    }
    return good;
  }
  static bj::value write(const std::map<std::string, T>& map) {
    bj::object object;
    for (const auto& [key, each] : map) object[Codec<std::string>::write(key).get_string()] = Codec<T>::write(each);
    return object;
  }
  static bj::object schema(Schemas& schemas, Direction direction, const Note& note) {
    return {{"type", "object"}, {"additionalProperties", Codec<T>::schema(schemas, direction, note)}};
  }
};

/// Any JSON at all, within the parser's limits.
template <>
struct Codec<bj::value> {
  static bool read(const bj::value& value, bj::value& any, const Reading&) {
    any = value;
    return true;
  }
  static bj::value write(const bj::value& any) { return any; }
  static bj::object schema(Schemas&, Direction, const Note&) { return {}; }
};

template <>
struct Codec<bj::object> {
  static bool read(const bj::value& value, bj::object& object, const Reading& reading) {
    if (!value.is_object()) return reading.refuse("write an object");
    object = value.get_object();
    return true;
  }
  static bj::value write(const bj::object& object) { return object; }
  static bj::object schema(Schemas&, Direction, const Note&) { return {{"type", "object"}}; }
};

template <Described T>
struct Codec<T> {
  template <class Member>
  static constexpr Note kNote = note_of<T>(Member::name);
  template <class Member>
  using Type = std::remove_cvref_t<decltype(std::declval<T>().*Member::pointer)>;
  template <class Member>
  static constexpr bool kHidden = kNote<Member>.write_only || std::same_as<Type<Member>, base::Secret> ||
                                  std::same_as<Type<Member>, std::optional<base::Secret>>;
  template <class Member>
  static constexpr bool kRequired = !kNote<Member>.optional && !detail::is_optional<Type<Member>>;

  static bool read(const bj::value& value, T& whole, const Reading& reading) {
    const auto* object = value.if_object();
    if (object == nullptr) return reading.refuse("write an object");
    bool good = true;
    std::vector<std::string_view> known;
    boost::mp11::mp_for_each<Members<T>>([&](auto member) {
      using Member = decltype(member);
      if constexpr (kNote<Member>.read_only) return;
      known.push_back(kNote<Member>.name);
      const auto& note = kNote<Member>;
      const Place place(reading.place, note.name);
      const Reading inner{place, note, reading.problems};
      if (const auto* found = object->if_contains(note.name))
        good = Codec<Type<Member>>::read(*found, whole.*Member::pointer, inner) && good;
      else if (kRequired<Member>)
        good = inner.refuse("this member is missing");
    });
    if (object->size() > 0) detail::refuse_unknown(*object, known, reading);
    return good;
  }

  static bj::value write(const T& whole) {
    bj::object object;
    object.reserve(boost::mp11::mp_size<Members<T>>::value);
    boost::mp11::mp_for_each<Members<T>>([&](auto member) {
      using Member = decltype(member);
      if constexpr (!kHidden<Member>) {
        auto value = Codec<Type<Member>>::write(whole.*Member::pointer);
        if (kNote<Member>.omit_null && value.is_null()) return;
        object.emplace(kNote<Member>.name, std::move(value));
      }
    });
    return object;
  }

  static bj::object schema(Schemas& schemas, Direction direction, const Note&) {
    return schemas.component(kAbout<T>.name, direction, [&] { return members(schemas, direction); });
  }

 private:
  static bj::object members(Schemas& schemas, Direction direction) {
    bj::object properties;
    bj::array required;
    const T usual{};
    const bool input = direction == Direction::input;
    boost::mp11::mp_for_each<Members<T>>([&](auto member) {
      using Member = decltype(member);
      if (input ? kNote<Member>.read_only : kHidden<Member>) return;
      const auto& note = kNote<Member>;
      auto schema = Codec<Type<Member>>::schema(schemas, direction, note);
      detail::annotate(schema, note);
      if (input && kHidden<Member>) schema["writeOnly"] = true;
      if (input && note.optional && !kHidden<Member>)
        schema["default"] = Codec<Type<Member>>::write(usual.*Member::pointer);
      properties[note.name] = std::move(schema);
      if (input ? kRequired<Member> : !note.omit_null) required.emplace_back(note.name);
    });
    bj::object schema{{"type", "object"}, {"description", kAbout<T>.text}, {"properties", std::move(properties)}};
    if (!required.empty()) schema["required"] = std::move(required);
    if (direction == Direction::input) schema["additionalProperties"] = false;
    return schema;
  }
};

/// An object that is documented as a T but read elsewhere, by rules that a schema cannot say.
template <Described T>
struct Loose {
  bj::object members;
};

template <class T>
struct Codec<Loose<T>> {
  static bool read(const bj::value& value, Loose<T>& loose, const Reading& reading) {
    return Codec<bj::object>::read(value, loose.members, reading);
  }
  static bj::value write(const Loose<T>& loose) { return loose.members; }
  static bj::object schema(Schemas& schemas, Direction direction, const Note& note) {
    return Codec<T>::schema(schemas, direction, note);
  }
};

/// All problems together.
template <class T>
tl::expected<T, std::vector<Problem>> read(const bj::value& value) {
  T whole{};
  Problems problems;
  const Place root;
  Codec<T>::read(value, whole, {root, kPlain, problems});
  if (!problems.empty()) return tl::unexpected(problems.take());
  return whole;
}

template <class T>
bj::value write(const T& whole) {
  return Codec<T>::write(whole);
}

}  // namespace frontdesk::json
