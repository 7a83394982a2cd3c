// Types that cannot be logged by accident: neither has a formatter, a stream operator or an
// implicit conversion. What a log may show is redacted(x).
#pragma once
#include <string>
#include <utility>

namespace frontdesk::base {

/// A credential. expose() marks, for a reviewer, each place that really needs it.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  const std::string& expose() const { return value_; }
  bool empty() const { return value_.empty(); }
  friend bool operator==(const Secret&, const Secret&) = default;

 private:
  std::string value_;
};

/// Data about a caller: a number, a name, words they said.
template <class T>
class Pii {
 public:
  Pii() = default;
  explicit Pii(T value) : value_(std::move(value)) {}
  const T& expose() const { return value_; }
  friend bool operator==(const Pii&, const Pii&) = default;

 private:
  T value_{};
};

inline std::string redacted(const Secret& secret) {
  return secret.empty() ? "(not set)" : "(secret)";
}

/// The last two characters, enough to tell two callers apart in a log.
inline std::string redacted(const Pii<std::string>& pii) {
  const std::string& value = pii.expose();
  return value.size() <= 2 ? "**" : "**" + value.substr(value.size() - 2);
}

}  // namespace frontdesk::base
