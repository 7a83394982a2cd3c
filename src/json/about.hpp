// What the API says about a type and its members, beside the type: the limits the reader holds, and the words that
// documentation shows. A type Door takes part with BOOST_DESCRIBE_STRUCT and, under its definition, a constexpr
// function about(const Door*) that returns json::about("Door", "A way in.", notes...); a note is json::Note{.member =
// "width_mm", .text = "Clear width.", .min = 600, .optional = true}. Members without a note have the limits of a Note's
// defaults. Names are the members' own, unless a note has another.
#pragma once
#include <array>
#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>

namespace frontdesk::json {

inline constexpr std::size_t kMaxLength = 1000;  ///< characters of a text, unless a note says otherwise
inline constexpr std::size_t kMaxItems = 1000;   ///< of a list or map, unless a note says otherwise

/// Of a list or a map: all but `max_items` is about each element.
struct Note {
  std::string_view member;  ///< as in C++
  std::string_view text;    ///< one sentence, for whoever uses the API
  std::string_view name;    ///< in JSON, if another than the member's
  std::optional<double> min, max;
  std::size_t min_length = 0, max_length = kMaxLength;  ///< characters (code points)
  std::size_t max_items = kMaxItems;
  std::string_view format;   ///< "email", "uri", "date-time": documentation only, but for those that types bring along
  std::string_view pattern;  ///< in the syntax of json/pattern.hpp, for the whole text
  std::string_view advice;   ///< what to write instead of what does not fit the pattern
  std::string_view example;  ///< a JSON value
  bool optional = false;     ///< left out, the member keeps the value it has in a new object
  bool omit_null = false;    ///< when written: no member instead of null
  bool read_only = false;    ///< comes out, cannot be sent
  bool write_only = false;   ///< is sent, never comes out; base::Secret is so always
};

template <std::size_t N>
struct About {
  std::string_view name;  ///< of the schema: "Door"; unique in the API
  std::string_view text;
  std::array<Note, N> notes;
};

template <class... Notes>
constexpr auto about(std::string_view name, std::string_view text, Notes... notes) {
  return About<sizeof...(Notes)>{name, text, {notes...}};
}

template <class T>
concept Described = std::is_class_v<T> && boost::describe::has_describe_members<T>::value && requires(const T* type) {
  about(type).name;
};
template <class T>
concept DescribedEnum = std::is_enum_v<T> && boost::describe::has_describe_enumerators<T>::value;

template <Described T>
inline constexpr auto kAbout = about(static_cast<const T*>(nullptr));

template <class T>
using Members = boost::describe::describe_members<T, boost::describe::mod_public | boost::describe::mod_inherited>;

template <Described T>
constexpr bool has_member(std::string_view name) {
  bool found = false;
  boost::mp11::mp_for_each<Members<T>>([&](auto member) { found = found || name == decltype(member)::name; });
  return found;
}

/// False if a note is about a member that is not there: a slip of the pen.
template <Described T>
constexpr bool notes_fit() {
  for (const auto& note : kAbout<T>.notes)
    if (!has_member<T>(note.member)) return false;
  return true;
}

/// The type's own note about a member, or else that of a base.
template <Described T>
constexpr void find_note(std::string_view member, Note& found) {
  static_assert(notes_fit<T>(), "a note names a member that the type does not have");
  boost::mp11::mp_for_each<boost::describe::describe_bases<T, boost::describe::mod_public>>([&](auto base) {
    using Base = typename decltype(base)::type;
    if constexpr (Described<Base>) find_note<Base>(member, found);
  });
  for (const auto& note : kAbout<T>.notes)
    if (note.member == member) found = note;
}

template <Described T>
constexpr Note note_of(std::string_view member) {
  Note found{.member = member};
  find_note<T>(member, found);
  if (found.name.empty()) found.name = member;
  return found;
}

}  // namespace frontdesk::json
