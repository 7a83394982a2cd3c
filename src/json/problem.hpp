// What is wrong with a JSON text, all of it at once, each with a JSON pointer (RFC 6901) to its place.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace frontdesk::json {

struct Problem {
  std::string pointer;  ///< "/lines/0/domain"; empty: the whole document
  std::string detail;   ///< what to write instead; repeats nothing of what was sent but names
  friend bool operator==(const Problem&, const Problem&) = default;
};

/// The first 50; somebody who sends more mistakes than that learns little from the rest.
class Problems {
 public:
  static constexpr std::size_t kMost = 50;
  void add(std::string pointer, std::string detail) {
    if (list_.size() < kMost) list_.push_back({std::move(pointer), std::move(detail)});
  }
  bool empty() const { return list_.empty(); }
  std::vector<Problem> take() { return std::move(list_); }

 private:
  std::vector<Problem> list_;
};

/// A place in a document, as a chain on the stack: costs nothing until somebody asks for its pointer.
class Place {
 public:
  Place() = default;
  Place(const Place& parent, std::string_view member) : parent_(&parent), member_(member) {}
  Place(const Place& parent, std::size_t index) : parent_(&parent), index_(index) {}

  std::string pointer() const;

 private:
  static constexpr std::size_t kNoIndex = static_cast<std::size_t>(-1);
  const Place* parent_ = nullptr;
  std::string_view member_;
  std::size_t index_ = kNoIndex;
};

/// One step of a pointer: "/" and the name with "~" and "/" escaped, at most 60 bytes of it, as valid UTF-8.
std::string pointer_step(std::string_view member);

}  // namespace frontdesk::json
