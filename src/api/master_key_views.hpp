// Master keys as the API shows them: ids and figures, never the keys.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "json/codec.hpp"

namespace frontdesk::api {

using json::Note;

/// In the order of rotation::Advice.
enum class MasterKeyAdvice { none, make_new, wait, take_out, restore };
BOOST_DESCRIBE_ENUM(MasterKeyAdvice, none, make_new, wait, take_out, restore)

struct MasterKeyView {
  std::string id;
  bool here = false;
  bool newest = false;
  std::optional<base::UtcTime> first_used;
  std::optional<base::UtcTime> last_used;
  std::optional<base::UtcTime> removed;
  std::int64_t age_days = 0;
  std::int64_t uses = 0;
  std::int64_t in_use_by = 0;
  std::int64_t data_keys = 0;
  std::int64_t files = 0;
  std::optional<base::UtcTime> files_counted;
  MasterKeyAdvice advice = MasterKeyAdvice::none;
  std::string advice_words;
};
BOOST_DESCRIBE_STRUCT(MasterKeyView, (),
                      (id, here, newest, first_used, last_used, removed, age_days, uses, in_use_by, data_keys, files,
                       files_counted, advice, advice_words))
constexpr auto about(const MasterKeyView*) {
  return json::about("MasterKey", "A master key by its id; the key itself is nowhere but in its file.",
                     Note{.member = "here", .text = "This machine has it."},
                     Note{.member = "newest", .text = "It wraps what is new."},
                     Note{.member = "first_used", .text = "null: it was never here, but something is wrapped by it."},
                     Note{.member = "last_used", .text = "Within a minute; null: never."},
                     Note{.member = "removed", .text = "When it was taken out of the file."},
                     Note{.member = "uses", .text = "How often it wrapped or unwrapped something."},
                     Note{.member = "in_use_by", .text = "Things that cannot be opened without it."},
                     Note{.member = "data_keys", .text = "Of those, keys in the database, counted now."},
                     Note{.member = "files", .text = "Of those, recordings and other sealed files of all machines."},
                     Note{.member = "files_counted", .text = "When, on the machine that did so the longest ago."},
                     Note{.member = "advice_words", .text = "What to do and why; empty if nothing."});
}

struct MasterKeysView {
  std::string source;
  std::string problem;
  std::vector<MasterKeyView> keys;
};
BOOST_DESCRIBE_STRUCT(MasterKeysView, (), (source, problem, keys))
constexpr auto about(const MasterKeysView*) {
  return json::about("MasterKeys", "The newest first.",
                     Note{.member = "source", .text = "Where this machine has them from: file, or environment."},
                     Note{.member = "problem", .text = "What is wrong with the file; empty: nothing."});
}

}  // namespace frontdesk::api
