// Keys of other services as the API shows them: everything but the key.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/protect.hpp"
#include "json/codec.hpp"

namespace frontdesk::api {

using json::Note;

/// In the order of secrets::Advice.
enum class KeyAdvice { none, rotate, remove_unused };
BOOST_DESCRIBE_ENUM(KeyAdvice, none, rotate, remove_unused)

struct KeyView {
  std::string id;
  std::string service;
  std::string name;
  std::string last_four;
  base::UtcTime created;
  base::UtcTime replaced;
  std::int64_t age_days = 0;
  std::optional<base::UtcTime> last_used;
  std::int64_t uses = 0;
  KeyAdvice advice = KeyAdvice::none;
  std::string advice_words;
  std::optional<base::UtcTime> previous_until;
  std::string previous_last_four;
};
BOOST_DESCRIBE_STRUCT(KeyView, (),
                      (id, service, name, last_four, created, replaced, age_days, last_used, uses, advice, advice_words,
                       previous_until, previous_last_four))
constexpr auto about(const KeyView*) {
  return json::about(
      "ProviderKey", "A stored key of another service; the key itself never comes out.",
      Note{.member = "last_four", .text = "Empty if that would be too much of it."},
      Note{.member = "replaced", .text = "When the key itself was last replaced."},
      Note{.member = "age_days", .text = "Since then, in whole days."},
      Note{.member = "last_used", .text = "null: never."},
      Note{.member = "advice_words", .text = "What to do and why; empty if nothing."},
      Note{.member = "previous_until",
           .text = "Until then the key before the last replacement can be put back; null: there is none."},
      Note{.member = "previous_last_four", .text = "Of that one."});
}

struct KeysView {
  std::vector<KeyView> keys;
};
BOOST_DESCRIBE_STRUCT(KeysView, (), (keys))
constexpr auto about(const KeysView*) {
  return json::about("ProviderKeys", "By service and name.");
}

struct KeyPath {
  std::string id;
};
BOOST_DESCRIBE_STRUCT(KeyPath, (), (id))
constexpr auto about(const KeyPath*) {
  return json::about("KeyPath", "", Note{.member = "id", .text = "Of the key.", .max_length = 100});
}

constexpr Note key_note() {
  return {.member = "key",
          .text = "As the service gave it. It is sealed at once and never shown again.",
          .min_length = 1,
          .max_length = 16384};
}

struct NewKeyBody {
  std::string service;
  std::string name;
  base::Secret key;
};
BOOST_DESCRIBE_STRUCT(NewKeyBody, (), (service, name, key))
constexpr auto about(const NewKeyBody*) {
  return json::about("ProviderKeyOrder", "A key to store.",
                     Note{.member = "service", .min_length = 1, .max_length = 100, .example = "\"openai\""},
                     Note{.member = "name", .text = "Your own name for it.", .min_length = 1, .max_length = 100},
                     key_note());
}

struct RotateBody {
  base::Secret key;
};
BOOST_DESCRIBE_STRUCT(RotateBody, (), (key))
constexpr auto about(const RotateBody*) {
  return json::about("ProviderKeyRotation", "The key that takes its place.", key_note());
}

}  // namespace frontdesk::api
