#include "accounts/office.hpp"

#include "vault/cipher.hpp"

namespace frontdesk::accounts {

base::Result<credentials::Entropy> fresh_entropy() {
  credentials::Entropy bytes{};
  if (auto made = vault::fill_random(bytes); !made) return tl::unexpected(made.error());
  return bytes;
}

audit::Actor actor_of(const access::Principal& who, const Visitor& visitor) {
  return {who.organisation, who.id, who.session, base::address_text(visitor.address)};
}

tl::unexpected<base::Error> wrong_credentials() {
  return base::fail(base::ErrorCode::unauthenticated, "accounts", "wrong e-mail address, password or code");
}

tl::unexpected<base::Error> no_longer_valid() {
  return base::fail(base::ErrorCode::unauthenticated, "accounts",
                    "this link or code was used, has expired or never was: ask for a new one");
}

std::string plain_line(std::string_view text, std::size_t most) {
  if (text.size() > most) {
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0U) == 0x80U) --most;
    text = text.substr(0, most);
  }
  std::string out(text);
  for (auto& c : out)
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) c = ' ';
  return out;
}

}  // namespace frontdesk::accounts
