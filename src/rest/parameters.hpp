// Parameters of path and query, read into described structs by the same rules as bodies; here every value arrives as
// text.
#pragma once
#include <boost/json/array.hpp>
#include <map>
#include <string>
#include <vector>

#include "json/codec.hpp"
#include "rest/problem.hpp"

namespace frontdesk::rest {

/// A parameter's name as an answer may repeat it: short and UTF-8.
std::string shown_name(std::string_view name);

/// In a query, an unescaped '+' before a telephone number arrives as a blank.
std::string without_leading_blanks(const std::string& text);

namespace detail {

template <class T>
struct Element {
  using Type = T;
  static constexpr bool kList = false;
};
template <class T>
struct Element<std::optional<T>> : Element<T> {};
template <class T>
struct Element<std::vector<T>> {
  using Type = T;
  static constexpr bool kList = true;
};

/// Numbers and flags in the syntax of JSON; other text as it is.
boost::json::value value_of(const std::string& text, bool literal);

template <class T>
inline constexpr bool kLiteral = std::is_arithmetic_v<typename Element<T>::Type>;

}  // namespace detail

template <json::Described T>
class ParameterReader {
 public:
  void add(const std::string& name, const std::string& value) { given_.push_back({name, value}); }

  Answer<T> finish() {
    T whole{};
    boost::mp11::mp_for_each<json::Members<T>>([&](auto member) { read<decltype(member)>(whole); });
    for (const auto& each : given_)
      if (!each.known) fail(each.name, known_names());
    if (errors_.empty()) return whole;
    Problem problem(400, errors_.front().parameter + ": " + errors_.front().detail, "parameter");
    problem.errors = std::move(errors_);
    return tl::unexpected(std::move(problem));
  }

 private:
  struct Given {
    std::string name;
    std::string value;
    bool known = false;
  };

  void fail(std::string_view name, std::string detail) {
    if (errors_.size() < json::Problems::kMost) errors_.push_back({{}, shown_name(name), std::move(detail)});
  }

  static std::string known_names() {
    std::string names;
    boost::mp11::mp_for_each<json::Members<T>>([&](auto member) {
      names.append(names.empty() ? "" : ", ").append(json::Codec<T>::template kNote<decltype(member)>.name);
    });
    return names.empty() ? "this address takes no parameters" : "there is no such parameter, only " + names;
  }

  template <class Member>
  void read(T& whole) {
    using Type = typename json::Codec<T>::template Type<Member>;
    const auto& note = json::Codec<T>::template kNote<Member>;
    boost::json::array values;
    for (auto& each : given_) {
      if (each.name != note.name) continue;
      each.known = true;
      values.push_back(detail::value_of(each.value, detail::kLiteral<Type>));
    }
    if (values.empty()) {
      if (json::Codec<T>::template kRequired<Member>) fail(note.name, "this parameter is missing");
      return;
    }
    if (!detail::Element<Type>::kList && values.size() > 1) return fail(note.name, "write it once");
    json::Problems problems;
    const json::Place place;
    const auto value = detail::Element<Type>::kList ? boost::json::value(values) : values.front();
    json::Codec<Type>::read(value, whole.*Member::pointer, {place, note, problems});
    for (auto& problem : problems.take()) fail(note.name, std::move(problem.detail));
  }

  std::vector<Given> given_;
  std::vector<FieldProblem> errors_;
};

}  // namespace frontdesk::rest
