#include "sip/reliable_provisional.hpp"

#include "sip/syntax.hpp"

namespace frontdesk::sip {

std::optional<RAck> parse_rack(std::string_view value) {
  const auto next = [&value] {
    value = trimmed(value);
    const auto end = std::min(value.find_first_of(" \t"), value.size());
    const auto word = value.substr(0, end);
    value.remove_prefix(end);
    return word;
  };
  const auto response_sequence = parse_decimal(next());
  const auto sequence = parse_decimal(next());
  const auto method = trimmed(value);
  if (!response_sequence || !sequence || method.empty()) return std::nullopt;
  return RAck{*response_sequence, *sequence, std::string(method)};
}

bool ResponseOrder::take(const std::string& to_tag, std::uint32_t response_sequence) {
  if (response_sequence == 0) return false;
  const auto found = last_.find(to_tag);
  if (found == last_.end()) {
    if (last_.size() >= kMaxForks) return false;
    last_[to_tag] = response_sequence;
    return true;
  }
  if (response_sequence != found->second + 1) return false;
  found->second = response_sequence;
  return true;
}

}  // namespace frontdesk::sip
