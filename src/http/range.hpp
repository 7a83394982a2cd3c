// Byte ranges (RFC 9110, section 14): what an audio element asks for when it seeks.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace frontdesk::http {

struct Slice {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
  friend bool operator==(const Slice&, const Slice&) = default;
};

enum class RangeKind {
  whole,          ///< no range, or one that may be ignored: malformed, several ranges, another unit
  partial,        ///< 206
  unsatisfiable,  ///< 416
};

struct RangeChoice {
  RangeKind kind = RangeKind::whole;
  Slice slice;  ///< of a partial one
  friend bool operator==(const RangeChoice&, const RangeChoice&) = default;
};

/// `field` is the Range header, e.g. "bytes=0-499", "bytes=500-", "bytes=-500".
RangeChoice choose_range(std::string_view field, std::uint64_t size);

}  // namespace frontdesk::http
