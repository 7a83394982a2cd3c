#include "config/table_reader.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <sstream>

namespace frontdesk::config {
namespace {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({change, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  return out;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t") - first + 1));
}

template <class T>
std::optional<T> parsed(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

std::string shown(double value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

}  // namespace

std::string closest(std::string_view word, const std::set<std::string>& known) {
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const std::string& candidate : known) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

std::string TableReader::variable(std::string_view key) const {
  return "FRONTDESK_" + upper(path_) + "_" + upper(key);
}

std::optional<std::string> TableReader::override_of(std::string_view key) {
  if (!environment_allowed_ || findings_.environment == nullptr) return std::nullopt;
  const auto found = findings_.environment->find(variable(key));
  return found == findings_.environment->end() ? std::nullopt : std::optional(found->second);
}

const toml::node* TableReader::node(std::string_view key) {
  known_.emplace(key);
  return table_ == nullptr ? nullptr : table_->get(key);
}

bool TableReader::has(std::string_view key) const {
  if (environment_allowed_ && findings_.environment != nullptr && findings_.environment->contains(variable(key)))
    return true;
  return table_ != nullptr && table_->contains(key);
}

void TableReader::problem(std::string_view key, std::string message) {
  if (override_of(key)) {
    findings_.problems.push_back({"environment", 0, 0, variable(key), std::move(message)});
    return;
  }
  ConfigProblem problem{file_, 0, 0, key.empty() ? path_ : key_path(key), std::move(message)};
  const toml::node* at = table_ == nullptr || key.empty() ? nullptr : table_->get(key);
  if (at == nullptr) at = table_;
  if (at != nullptr) {
    problem.line = static_cast<int>(at->source().begin.line);
    problem.column = static_cast<int>(at->source().begin.column);
  }
  findings_.problems.push_back(std::move(problem));
}

std::optional<std::string> TableReader::text(std::string_view key) {
  const toml::node* value = node(key);
  if (auto forced = override_of(key)) return forced;
  if (value == nullptr) return std::nullopt;
  if (const auto* string = value->as_string()) return string->get();
  problem(key, "must be text in quotes");
  return std::nullopt;
}

std::optional<std::int64_t> TableReader::integer(std::string_view key, std::int64_t low, std::int64_t high) {
  const toml::node* value = node(key);
  std::optional<std::int64_t> number;
  if (const auto forced = override_of(key)) {
    number = parsed<std::int64_t>(*forced);
  } else if (value == nullptr) {
    return std::nullopt;
  } else if (const auto* integer = value->as_integer()) {
    number = integer->get();
  }
  if (number && *number >= low && *number <= high) return number;
  problem(key, "must be a whole number from " + std::to_string(low) + " to " + std::to_string(high));
  return std::nullopt;
}

std::optional<double> TableReader::number(std::string_view key, double low, double high) {
  const toml::node* value = node(key);
  std::optional<double> number;
  if (const auto forced = override_of(key)) {
    number = parsed<double>(*forced);
  } else if (value == nullptr) {
    return std::nullopt;
  } else if (value->is_number()) {
    number = value->value<double>();
  }
  if (number && *number >= low && *number <= high) return number;
  problem(key, "must be a number from " + shown(low) + " to " + shown(high));
  return std::nullopt;
}

std::optional<bool> TableReader::boolean(std::string_view key) {
  const toml::node* value = node(key);
  if (const auto forced = override_of(key)) {
    if (*forced == "true" || *forced == "1") return true;
    if (*forced == "false" || *forced == "0") return false;
  } else if (value == nullptr) {
    return std::nullopt;
  } else if (const auto* boolean = value->as_boolean()) {
    return boolean->get();
  }
  problem(key, "must be true or false");
  return std::nullopt;
}

std::vector<std::string> TableReader::texts(std::string_view key) {
  const toml::node* value = node(key);
  std::vector<std::string> out;
  if (const auto forced = override_of(key)) {
    std::istringstream parts(*forced);
    for (std::string part; std::getline(parts, part, ',');) {
      if (auto word = trimmed(part); !word.empty()) out.push_back(std::move(word));
    }
    return out;
  }
  if (value == nullptr) return out;
  if (const auto* string = value->as_string()) return {string->get()};
  const auto* array = value->as_array();
  if (array == nullptr) {
    problem(key, "must be a list of texts: [\"...\", \"...\"]");
    return out;
  }
  for (const toml::node& item : *array) {
    if (const auto* string = item.as_string()) {
      out.push_back(string->get());
    } else {
      problem(key, "every entry must be text in quotes");
      break;
    }
  }
  return out;
}

std::optional<std::string> TableReader::date(std::string_view key) {
  const toml::node* value = node(key);
  if (value == nullptr) return std::nullopt;
  if (const auto* date = value->as_date()) {
    std::ostringstream out;
    out << date->get();
    return out.str();
  }
  if (const auto* string = value->as_string()) return string->get();
  problem(key, "must be a date: 2026-12-25, or \"12-25\" for every year");
  return std::nullopt;
}

std::optional<std::string> TableReader::scalar(std::string_view key) {
  const toml::node* value = node(key);
  if (value == nullptr) return std::nullopt;
  if (const auto* string = value->as_string()) return string->get();
  if (const auto* integer = value->as_integer()) return std::to_string(integer->get());
  if (const auto* floating = value->as_floating_point()) return shown(floating->get());
  problem(key, "must be a number or text");
  return std::nullopt;
}

const toml::table* TableReader::table(std::string_view key) {
  const toml::node* value = node(key);
  if (value == nullptr) return nullptr;
  if (const auto* found = value->as_table()) return found;
  problem(key, "must be a section: [" + key_path(key) + "]");
  return nullptr;
}

std::vector<const toml::table*> TableReader::tables(std::string_view key) {
  const toml::node* value = node(key);
  std::vector<const toml::table*> out;
  if (value == nullptr) return out;
  if (const auto* array = value->as_array()) {
    for (const toml::node& item : *array) {
      if (const auto* found = item.as_table()) out.push_back(found);
    }
    if (out.size() == array->size()) return out;
  }
  problem(key, "must be written as [[" + key_path(key) + "]] sections, one for each entry");
  return {};
}

std::string TableReader::required(std::string_view key, std::string_view example) {
  const bool written = has(key);
  auto value = text(key);
  if (value && !value->empty()) return *std::move(value);
  if (!written || value) problem(key, "is missing: write " + std::string(key) + " = " + std::string(example));
  return {};
}

void TableReader::finish_environment() {
  const std::string prefix = "FRONTDESK_" + upper(path_) + "_";
  for (auto at = findings_.environment->lower_bound(prefix);
       at != findings_.environment->end() && at->first.starts_with(prefix); ++at) {
    const std::string key = lower(std::string_view(at->first).substr(prefix.size()));
    if (known_.contains(key)) continue;
    const std::string meant = closest(key, known_);
    findings_.problems.push_back(
        {"environment", 0, 0, at->first,
         "is not a setting" + (meant.empty() ? "" : ": did you mean " + variable(meant) + "?")});
  }
}

void TableReader::finish() {
  if (environment_allowed_ && findings_.environment != nullptr) finish_environment();
  if (table_ == nullptr) return;
  for (const auto& [key, value] : *table_) {
    const std::string name(key.str());
    if (known_.contains(name)) continue;
    const std::string meant = closest(name, known_);
    const auto at = key.source().begin;
    findings_.problems.push_back(
        {file_, static_cast<int>(at.line), static_cast<int>(at.column), key_path(name),
         meant.empty() ? "is not a setting: remove it" : "is not a setting: did you mean \"" + meant + "\"?"});
  }
}

}  // namespace frontdesk::config
