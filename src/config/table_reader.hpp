// Reads one TOML table key by key: remembers which keys are known, records a problem with its place
// for every wrong one, and carries on. Process sections may be overridden by the environment.
#pragma once
#include <toml++/toml.h>

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.hpp"

namespace frontdesk::config {

struct Findings {
  std::vector<ConfigProblem> problems;
  const Environment* environment = nullptr;
};

/// "did you mean \"port\"?" material: the closest of `known`, or empty when none is close.
std::string closest(std::string_view word, const std::set<std::string>& known);

class TableReader {
 public:
  /// `path` is the key prefix in problems ("trunk", "people[2]"); `table` may be null (nothing written).
  TableReader(const toml::table* table, std::string file, std::string path, Findings& findings)
      : table_(table), file_(std::move(file)), path_(std::move(path)), findings_(findings) {}

  /// FRONTDESK_<PATH>_<KEY> wins over the file for every key read afterwards.
  void allow_environment() { environment_allowed_ = true; }

  bool has(std::string_view key) const;
  std::optional<std::string> text(std::string_view key);
  std::optional<std::int64_t> integer(std::string_view key, std::int64_t low, std::int64_t high);
  std::optional<double> number(std::string_view key, double low, double high);
  std::optional<bool> boolean(std::string_view key);
  /// An array of strings, or one string.
  std::vector<std::string> texts(std::string_view key);
  /// A date written as a TOML date or as text.
  std::optional<std::string> date(std::string_view key);
  /// A number or text, as text: prices.
  std::optional<std::string> scalar(std::string_view key);
  const toml::table* table(std::string_view key);
  /// An array of tables: [[key]].
  std::vector<const toml::table*> tables(std::string_view key);

  /// The key is known but not read here.
  void ignore(std::string_view key) { known_.emplace(key); }

  /// Text that must not be missing or empty; `example` says what to write.
  std::string required(std::string_view key, std::string_view example);

  /// A problem at the value of `key` (or at the table when the key is not written).
  void problem(std::string_view key, std::string message);
  /// Every key never asked for is unknown. Call last.
  void finish();

  const std::string& file() const { return file_; }
  std::string key_path(std::string_view key) const {
    return path_.empty() ? std::string(key) : path_ + "." + std::string(key);
  }

 private:
  const toml::node* node(std::string_view key);
  std::optional<std::string> override_of(std::string_view key);
  std::string variable(std::string_view key) const;
  void finish_environment();

  const toml::table* table_;
  std::string file_;
  std::string path_;
  Findings& findings_;
  std::set<std::string> known_;
  bool environment_allowed_ = false;
};

}  // namespace frontdesk::config
