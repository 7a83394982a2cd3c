#include "outbound/address_guard/address_guard.hpp"

#include <array>
#include <charconv>

namespace frontdesk::address_guard {
namespace {

using Address = std::array<std::uint8_t, 16>;

bool same_bits(const Address& a, const Address& b, int bits) {
  for (int bit = 0; bit < bits; ++bit) {
    const auto byte = static_cast<std::size_t>(bit / 8);
    const int mask = 0x80 >> (bit % 8);
    if ((a[byte] & mask) != (b[byte] & mask)) return false;
  }
  return true;
}

struct Block {
  Address network;
  int bits;
  std::string_view why;
};

constexpr std::array kV4{
    Block{{0}, 8, "is an address of \"this network\""},
    Block{{10}, 8, "is a private address"},
    Block{{100, 64}, 10, "is a provider's internal address"},
    Block{{127}, 8, "is a loopback address"},
    Block{{168, 63, 129, 16}, 32, "is a cloud's internal service"},
    Block{{169, 254}, 16, "is a link-local address"},
    Block{{172, 16}, 12, "is a private address"},
    Block{{192, 0, 0}, 24, "is reserved for protocols"},
    Block{{192, 0, 2}, 24, "is an address for examples"},
    Block{{192, 88, 99}, 24, "is a relay's address"},
    Block{{192, 168}, 16, "is a private address"},
    Block{{198, 18}, 15, "is an address for measurements"},
    Block{{198, 51, 100}, 24, "is an address for examples"},
    Block{{203, 0, 113}, 24, "is an address for examples"},
    Block{{224}, 4, "is a multicast address"},
    Block{{240}, 4, "is a reserved address"},
};

// Of 2000::/3; nothing outside it is public, but for translated IPv4.
constexpr std::array kV6{
    Block{{0x20, 0x01, 0, 0}, 23, "is reserved for protocols"},  // with Teredo, ORCHID and benchmarks
    Block{{0x20, 0x01, 0x0d, 0xb8}, 32, "is an address for examples"},
    Block{{0x20, 0x02}, 16, "hides an IPv4 address (6to4)"},
    Block{{0x3f, 0xff}, 20, "is an address for examples"},
};

constexpr Address kGlobalUnicast{0x20};
constexpr Address kTranslated{0, 0x64, 0xff, 0x9b};

std::string_view why_not_public_v6(const base::Endpoint& endpoint) {
  const auto& address = endpoint.address;
  if (same_bits(address, kTranslated, 96)) {  // RFC 6052: where it leads is the IPv4 address in it
    base::Endpoint inner;
    std::copy(address.begin() + 12, address.end(), inner.address.begin());
    return why_not_public(inner);
  }
  if (!same_bits(address, kGlobalUnicast, 3)) {
    if (endpoint.is_loopback()) return "is a loopback address";
    if (endpoint.is_unspecified()) return "is the unspecified address";
    if ((address[0] & 0xfe) == 0xfc) return "is a private address";
    if (address[0] == 0xfe && (address[1] & 0xc0) == 0x80) return "is a link-local address";
    if (address[0] == 0xff) return "is a multicast address";
    return "is not an address of the public Internet";
  }
  for (const auto& block : kV6)
    if (same_bits(address, block.network, block.bits)) return block.why;
  return {};
}

}  // namespace

bool Allowed::contains(const base::Endpoint& address) const {
  if (address.v6 != network.v6 || (network.port != 0 && network.port != address.port)) return false;
  return same_bits(address.address, network.address, prefix);
}

std::optional<Allowed> parse_allowed(std::string_view text) {
  if (const auto endpoint = base::parse_endpoint(text); endpoint && endpoint->port != 0)
    return Allowed{*endpoint, endpoint->v6 ? 128 : 32};
  const auto slash = text.find('/');
  const auto address = base::parse_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  const int longest = address->v6 ? 128 : 32;
  Allowed allowed{*address, longest};
  if (slash == std::string_view::npos) return allowed;
  const auto digits = text.substr(slash + 1);
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), allowed.prefix);
  const bool whole = read.ec == std::errc{} && read.ptr == digits.data() + digits.size();
  if (!whole || allowed.prefix < 0 || allowed.prefix > longest) return std::nullopt;
  return allowed;
}

std::string_view why_not_public(const base::Endpoint& address) {
  if (address.v6) return why_not_public_v6(address);
  for (const auto& block : kV4)
    if (same_bits(address.address, block.network, block.bits)) return block.why;
  return {};
}

base::Status check(const base::Endpoint& address, const Policy& policy) {
  const auto why = why_not_public(address);
  if (why.empty()) return {};
  for (const auto& allowed : policy.allowed)
    if (allowed.contains(address)) return {};
  return base::fail(base::ErrorCode::permission_denied, "address_guard",
                    base::address_text(address) + " " + std::string(why) +
                        ", which is not connected to; if it is meant, the operator lists it under "
                        "[outbound] allowed_private");
}

}  // namespace frontdesk::address_guard
