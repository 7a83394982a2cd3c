#include "accounts/credentials/allow_list.hpp"

#include <algorithm>
#include <charconv>

namespace frontdesk::credentials {
namespace {

constexpr int kIpv4Bits = 32;
constexpr int kIpv6Bits = 128;
constexpr int kMappedBits = 96;
constexpr std::size_t kMappedBytes = 12;

bool is_mapped(const base::Endpoint& address) {
  if (!address.v6) return false;
  const auto& bytes = address.address;
  return std::all_of(bytes.begin(), bytes.begin() + 10, [](auto byte) { return byte == 0; }) && bytes[10] == 0xff &&
         bytes[11] == 0xff;
}

base::Endpoint masked(base::Endpoint address, int bits) {
  for (std::size_t i = 0; i < address.address.size(); ++i) {
    const int kept = std::clamp(bits - static_cast<int>(i) * 8, 0, 8);
    address.address[i] = static_cast<std::uint8_t>(address.address[i] & (0xff00U >> static_cast<unsigned>(kept)));
  }
  return address;
}

tl::unexpected<base::Error> refused(const std::string& what) {
  return base::fail(base::ErrorCode::invalid_argument, "accounts", what);
}

}  // namespace

base::Endpoint unmapped(const base::Endpoint& address) {
  if (!is_mapped(address)) return address;
  base::Endpoint out;
  out.port = address.port;
  std::copy(address.address.begin() + kMappedBytes, address.address.end(), out.address.begin());
  return out;
}

base::Result<Network> parse_network(std::string_view text) {
  const auto slash = text.find('/');
  const auto parsed = base::parse_address(text.substr(0, slash));
  if (!parsed) return refused("not a network: write 192.0.2.0/24, 2001:db8::/32 or one address");
  int bits = parsed->v6 ? kIpv6Bits : kIpv4Bits;
  if (slash != std::string_view::npos) {
    const auto digits = text.substr(slash + 1);
    int given = -1;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), given);
    const bool plain = !digits.empty() && digits.front() >= '0' && digits.front() <= '9' &&
                       (digits.size() == 1 || digits.front() != '0');
    if (error != std::errc() || end != digits.data() + digits.size() || !plain || given > bits)
      return refused("the number after / must be from 0 to " + std::to_string(bits));
    bits = given;
  }
  Network network{*parsed, bits};
  if (is_mapped(*parsed)) {
    if (bits < kMappedBits) return refused("write IPv4 networks as 192.0.2.0/24");
    network = {unmapped(*parsed), bits - kMappedBits};
  }
  const auto start = masked(network.address, network.bits);
  if (!start.same_address(network.address))
    return refused("the address has bits behind the prefix: did you mean " + to_string(Network{start, network.bits}) +
                   "?");
  return network;
}

std::string to_string(const Network& network) {
  return base::address_text(network.address) + "/" + std::to_string(network.bits);
}

bool contains(const Network& network, const base::Endpoint& address) {
  const auto plain = unmapped(address);
  return plain.v6 == network.address.v6 && masked(plain, network.bits).same_address(network.address);
}

bool allows(std::span<const Network> networks, const base::Endpoint& address) {
  return networks.empty() ||
         std::any_of(networks.begin(), networks.end(), [&](const Network& each) { return contains(each, address); });
}

}  // namespace frontdesk::credentials
