// Counters that wrap, turned into numbers that do not: 16-bit sequence numbers and 32-bit timestamps.
#pragma once
#include <cstdint>
#include <optional>
#include <type_traits>

namespace frontdesk::rtp {

/// Each value is taken to be the one nearest to the newest so far (at most half the range away).
template <class Wrapped>
class Unwrapper {
 public:
  std::int64_t unwrap(Wrapped value) {
    const std::int64_t extended = peek(value);
    if (!newest_ || extended > *newest_) newest_ = extended;
    return extended;
  }
  /// As unwrap(), without becoming the reference.
  std::int64_t peek(Wrapped value) const {
    if (!newest_) return static_cast<std::int64_t>(value);
    using Signed = std::make_signed_t<Wrapped>;
    const auto ahead = static_cast<Signed>(static_cast<Wrapped>(value - static_cast<Wrapped>(*newest_)));
    return *newest_ + ahead;
  }
  std::optional<std::int64_t> newest() const { return newest_; }
  void reset() { newest_.reset(); }

 private:
  std::optional<std::int64_t> newest_;
};

using SequenceUnwrapper = Unwrapper<std::uint16_t>;
using TimestampUnwrapper = Unwrapper<std::uint32_t>;

}  // namespace frontdesk::rtp
