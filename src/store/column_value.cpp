#include "store/column_value.hpp"

namespace frontdesk::store {

std::string lines_of(const std::vector<std::string>& texts) {
  std::string lines;
  for (const auto& text : texts) {
    std::string line = text;
    std::replace(line.begin(), line.end(), '\n', ' ');
    lines += line + "\n";
  }
  return lines;
}

std::vector<std::string> texts_of(std::string_view lines) {
  std::vector<std::string> texts;
  while (!lines.empty()) {
    const auto end = std::min(lines.find('\n'), lines.size());
    texts.emplace_back(lines.substr(0, end));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return texts;
}

std::string insert_into(std::string_view table, std::string_view columns, std::size_t count) {
  std::string statement = "INSERT INTO " + std::string(table) + " (" + std::string(columns) + ") VALUES (";
  for (std::size_t i = 0; i < count; ++i) statement += i == 0 ? "?" : ", ?";
  return statement + ")";
}

tl::unexpected<base::Error> no_such(std::string_view noun) {
  return base::fail(base::ErrorCode::not_found, "store", "there is no such " + std::string(noun));
}

tl::unexpected<base::Error> changed_meanwhile(std::string_view noun) {
  return base::fail(base::ErrorCode::aborted, "store",
                    "somebody else has changed this " + std::string(noun) + " meanwhile: read it again");
}

}  // namespace frontdesk::store
