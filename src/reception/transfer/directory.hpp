// Whom calls may be put through to: the people and departments for whom the owner wrote down a number, and
// nobody else. A model names somebody; this finds the number, so that no words of a caller's or a model's can
// make the line dial anything the owner did not list.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace frontdesk::transfer {

struct Target {
  std::string name;                  ///< as said: "Dr Anita Patel"
  std::vector<std::string> aliases;  ///< "Anita"
  std::string address;               ///< E.164 ("+442079460000") or "sip:user@host"
  friend bool operator==(const Target&, const Target&) = default;
};

/// The one meant by a name, an alias, or a part of a name that fits one alone ("Patel"). Nobody in particular
/// ("", "someone", "a person"): the first. nullopt: nobody listed, or more than one could be meant.
std::optional<Target> find_target(const std::vector<Target>& targets, std::string_view wanted);

}  // namespace frontdesk::transfer
