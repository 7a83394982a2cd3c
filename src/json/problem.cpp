#include "json/problem.hpp"

#include "json/utf8.hpp"

namespace frontdesk::json {
namespace {

constexpr std::size_t kLongestName = 60;

}  // namespace

std::string pointer_step(std::string_view member) {
  std::string step = "/";
  for (const char c : valid_utf8(member.substr(0, kLongestName))) {
    if (c == '~') {
      step += "~0";
    } else if (c == '/') {
      step += "~1";
    } else {
      step += c;
    }
  }
  return step;
}

std::string Place::pointer() const {
  if (parent_ == nullptr) return {};
  return parent_->pointer() + (index_ == kNoIndex ? pointer_step(member_) : "/" + std::to_string(index_));
}

}  // namespace frontdesk::json
