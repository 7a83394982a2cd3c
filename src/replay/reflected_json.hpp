// JSON of plain structs, by reflection: member names and values are read off the type itself, so that a
// field added to a settings struct is in the next journal without anybody listing it here. A member of
// a kind this file does not know is an error at compile time.
//
// Structs are objects; durations and instants are counts of their own unit, dates are days since 1970; enumerations are
// numbers; floating point is a text of the shortest decimal that reads back to the same value; Pii is exposed, because
// a journal is caller data as a whole.
#pragma once
#include <array>
#include <boost/json/value.hpp>
#include <boost/json/value_to.hpp>
#include <boost/pfr.hpp>
#include <charconv>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/protect.hpp"

namespace frontdesk::replay {

namespace reflection {

template <class T>
struct Specimen {
  const T value;
};
struct Anything {
  template <class T>
  operator T() const;  // NOLINT: it stands for a value of whatever kind is asked for
};
template <std::size_t>
using AnythingAt = Anything;

template <class T, std::size_t... kIndex>
consteval bool takes(std::index_sequence<kIndex...>) {
  return requires {
    T{AnythingAt<kIndex>{}...};
  };
}

/// The number of members: as many as can be initialised. (gcc 12 fails on the library's own count when a
/// member's default is a list.)
template <class T, std::size_t kAtLeast = 0>
consteval std::size_t member_count() {
  if constexpr (takes<T>(std::make_index_sequence<kAtLeast + 1>{}))
    return member_count<T, kAtLeast + 1>();
  else
    return kAtLeast;
}

template <std::size_t kIndex, class T>
constexpr auto& member_of(T& value) {
  using Count = boost::pfr::detail::size_t_<member_count<std::remove_const_t<T>>()>;
  return boost::pfr::detail::sequence_tuple::get<kIndex>(boost::pfr::detail::tie_as_tuple(value, Count{}));
}

/// Never defined: only the addresses of its members are spelt by the compiler.
template <class T>
extern const Specimen<T> specimen;

template <auto kMember>
consteval std::string_view spelling() {
  return __PRETTY_FUNCTION__;
}

/// "... [with auto kMember = (& specimen<X>...X::greeting); ..." -> "greeting".
consteval std::string_view last_name(std::string_view spelt) {
  spelt = spelt.substr(0, spelt.find(')', spelt.find("kMember = (")));
  return spelt.substr(spelt.rfind(':') + 1);
}

#ifdef __clang__
// clang 14 takes no address of a member as a template argument. It only checks this code.
template <class T, std::size_t kIndex>
constexpr std::string_view kMemberName = "member";
#else
template <class T, std::size_t kIndex>
constexpr std::string_view kMemberName = last_name(spelling<&member_of<kIndex>(specimen<T>.value)>());
#endif

template <template <class...> class Template, class T>
inline constexpr bool kIs = false;
template <template <class...> class Template, class... Args>
inline constexpr bool kIs<Template, Template<Args...>> = true;
template <class T>
inline constexpr bool kIsDuration = false;
template <class Rep, class Period>
inline constexpr bool kIsDuration<std::chrono::duration<Rep, Period>> = true;
template <class T>
inline constexpr bool kIsArray = false;
template <class T, std::size_t kSize>
inline constexpr bool kIsArray<std::array<T, kSize>> = true;
template <class T>
inline constexpr bool kIsStruct = std::is_class_v<T>&& std::is_aggregate_v<T> && !kIsArray<T>;
template <class T>
inline constexpr bool kUnknown = false;

template <class T, class Visit>
void each_member(T& value, Visit visit) {
  using Plain = std::remove_const_t<T>;
  [&]<std::size_t... kIndex>(std::index_sequence<kIndex...>) {
    (visit(kMemberName<Plain, kIndex>, member_of<kIndex>(value)), ...);
  }
  (std::make_index_sequence<member_count<Plain>()>{});
}

template <class T>
std::string shortest(T value) {
  std::array<char, 64> text{};
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

}  // namespace reflection

template <class T>
boost::json::value to_json(const T& value) {
  namespace rf = reflection;
  if constexpr (std::is_same_v<T, bool>) {
    return value;
  } else if constexpr (std::is_enum_v<T>) {
    return static_cast<std::int64_t>(value);
  } else if constexpr (std::is_floating_point_v<T>) {
    return boost::json::value(rf::shortest(value));
  } else if constexpr (std::is_unsigned_v<T>) {
    return static_cast<std::uint64_t>(value);
  } else if constexpr (std::is_integral_v<T>) {
    return static_cast<std::int64_t>(value);
  } else if constexpr (std::is_same_v<T, std::string>) {
    return boost::json::value(std::string_view(value));
  } else if constexpr (rf::kIs<base::Pii, T>) {
    return to_json(value.expose());
  } else if constexpr (rf::kIsDuration<T>) {
    return to_json(value.count());
  } else if constexpr (std::is_same_v<T, std::chrono::year_month_day>) {
    return to_json(std::chrono::sys_days(value).time_since_epoch());
  } else if constexpr (rf::kIs<std::optional, T>) {
    return value ? to_json(*value) : boost::json::value();
  } else if constexpr (rf::kIs<std::vector, T> || rf::kIsArray<T>) {
    boost::json::array items;
    for (const auto& item : value) items.push_back(to_json(item));
    return items;
  } else if constexpr (rf::kIs<std::pair, T>) {
    return boost::json::array{to_json(value.first), to_json(value.second)};
  } else if constexpr (rf::kIsStruct<T>) {
    boost::json::object object;
    rf::each_member(value, [&](std::string_view name, const auto& member) { object[name] = to_json(member); });
    return object;
  } else {
    static_assert(rf::kUnknown<T>, "teach to_json and from_json this kind of member");
  }
}

/// What did not fit, with its path: "end_of_turn.complete is missing". The value keeps its default there.
using Notes = std::vector<std::string>;

template <class T>
void from_json(const boost::json::value& json, T& value, Notes& notes, const std::string& path = {});

namespace reflection {

template <class T>
void number_from(const boost::json::value& json, T& value, Notes& notes, const std::string& path) {
  boost::json::error_code error;
  const auto number = json.to_number<T>(error);
  if (error)
    notes.push_back(path + " is not the number it should be");
  else
    value = number;
}

template <class T>
void floating_from(const boost::json::value& json, T& value, Notes& notes, const std::string& path) {
  const auto* text = json.if_string();
  const char* end = text == nullptr ? nullptr : text->data() + text->size();
  T read{};
  if (text != nullptr && std::from_chars(text->data(), end, read).ptr == end && !text->empty())
    value = read;
  else
    notes.push_back(path + " is not the number it should be");
}

template <class T>
void struct_from(const boost::json::value& json, T& value, Notes& notes, const std::string& path) {
  const auto* object = json.if_object();
  if (object == nullptr) return notes.push_back(path + " is not an object");
  const auto dot = path.empty() ? path : path + ".";
  std::size_t known = 0;
  each_member(value, [&](std::string_view name, auto& member) {
    const auto* found = object->if_contains(name);
    if (found == nullptr) return notes.push_back(dot + std::string(name) + " is missing");
    ++known;
    from_json(*found, member, notes, dot + std::string(name));
  });
  if (known == object->size()) return;
  for (const auto& entry : *object) {
    bool is_member = false;
    each_member(value, [&](std::string_view name, const auto&) { is_member |= name == entry.key(); });
    if (!is_member) notes.push_back(dot + std::string(entry.key()) + " is unknown");
  }
}

template <class T>
void array_from(const boost::json::value& json, T& value, Notes& notes, const std::string& path) {
  const auto* items = json.if_array();
  if (items == nullptr) return notes.push_back(path + " is not an array");
  if constexpr (kIsArray<T>) {
    if (items->size() != value.size()) return notes.push_back(path + " has another length");
  } else {
    value.assign(items->size(), {});
  }
  for (std::size_t i = 0; i < items->size(); ++i)
    from_json((*items)[i], value[i], notes, path + "[" + std::to_string(i) + "]");
}

template <class T>
void pair_from(const boost::json::value& json, T& value, Notes& notes, const std::string& path) {
  const auto* items = json.if_array();
  if (items == nullptr || items->size() != 2) return notes.push_back(path + " is not a pair");
  from_json((*items)[0], value.first, notes, path + "[0]");
  from_json((*items)[1], value.second, notes, path + "[1]");
}

}  // namespace reflection

template <class T>
void from_json(const boost::json::value& json, T& value, Notes& notes, const std::string& path) {
  namespace rf = reflection;
  if constexpr (std::is_same_v<T, bool>) {
    if (json.is_bool())
      value = json.get_bool();
    else
      notes.push_back(path + " is neither true nor false");
  } else if constexpr (std::is_enum_v<T>) {
    auto number = static_cast<std::int64_t>(value);
    rf::number_from(json, number, notes, path);
    value = static_cast<T>(number);
  } else if constexpr (std::is_floating_point_v<T>) {
    rf::floating_from(json, value, notes, path);
  } else if constexpr (std::is_integral_v<T>) {
    rf::number_from(json, value, notes, path);
  } else if constexpr (std::is_same_v<T, std::string>) {
    if (const auto* text = json.if_string())
      value.assign(text->data(), text->size());
    else
      notes.push_back(path + " is not a text");
  } else if constexpr (rf::kIs<base::Pii, T>) {
    auto inner = value.expose();
    from_json(json, inner, notes, path);
    value = T(std::move(inner));
  } else if constexpr (rf::kIsDuration<T>) {
    auto count = value.count();
    from_json(json, count, notes, path);
    value = T(count);
  } else if constexpr (std::is_same_v<T, std::chrono::year_month_day>) {
    auto days = std::chrono::sys_days(value).time_since_epoch();
    from_json(json, days, notes, path);
    value = std::chrono::sys_days(days);
  } else if constexpr (rf::kIs<std::optional, T>) {
    value.reset();
    if (!json.is_null()) from_json(json, value.emplace(), notes, path);
  } else if constexpr (rf::kIs<std::vector, T> || rf::kIsArray<T>) {
    rf::array_from(json, value, notes, path);
  } else if constexpr (rf::kIs<std::pair, T>) {
    rf::pair_from(json, value, notes, path);
  } else if constexpr (rf::kIsStruct<T>) {
    rf::struct_from(json, value, notes, path);
  } else {
    static_assert(rf::kUnknown<T>, "teach to_json and from_json this kind of member");
  }
}

}  // namespace frontdesk::replay
