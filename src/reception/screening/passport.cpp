#include "reception/screening/passport.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "reception/screening/name_address.hpp"

namespace frontdesk::screening {
namespace {

namespace bj = boost::json;

constexpr std::size_t kMaxDestinations = 16;
constexpr std::int64_t kLatestSecond = 253'402'300'799;  // the end of the year 9999

int sextet(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '-') return 62;
  return c == '_' ? 63 : -1;
}

/// Base64url without padding (RFC 7515, section 2).
std::optional<std::string> base64url(std::string_view text) {
  if (text.size() % 4 == 1) return std::nullopt;
  std::string out;
  unsigned bits = 0;
  int count = 0;
  for (const char c : text) {
    const int value = sextet(c);
    if (value < 0) return std::nullopt;
    bits = (bits << 6U | static_cast<unsigned>(value)) & 0xffffU;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>(bits >> static_cast<unsigned>(count) & 0xffU);
  }
  return out;
}

/// An object in base64url.
std::optional<bj::object> object_in(std::string_view part) {
  const auto text = base64url(part);
  if (!text) return std::nullopt;
  boost::system::error_code error;
  auto value = bj::parse(*text, error);
  if (error || !value.is_object()) return std::nullopt;
  return std::move(value.as_object());
}

std::string digits_of(const bj::value& value) {
  if (!value.is_string() || value.as_string().size() > 20) return {};
  std::string out(value.as_string());
  const bool numeric = std::all_of(out.begin(), out.end(), [](char c) { return c >= '0' && c <= '9'; });
  return numeric ? out : std::string();
}

std::vector<std::string> numbers_in(const bj::value* value) {
  std::vector<std::string> out;
  const auto* object = value ? value->if_object() : nullptr;
  const auto* tn = object ? object->if_contains("tn") : nullptr;
  if (!tn) return out;
  if (const auto* list = tn->if_array()) {
    for (const auto& each : *list)
      if (out.size() < kMaxDestinations) out.push_back(digits_of(each));
  } else {
    out.push_back(digits_of(*tn));
  }
  return out;
}

Attestation level(const bj::value* attest) {
  const auto* text = attest ? attest->if_string() : nullptr;
  if (!text || text->size() != 1) return Attestation::none;
  switch (text->front()) {
    case 'A':
      return Attestation::a;
    case 'B':
      return Attestation::b;
    case 'C':
      return Attestation::c;
    default:
      return Attestation::none;
  }
}

std::string_view level_name(Attestation level) {
  if (level == Attestation::a) return "full attestation (A)";
  if (level == Attestation::b) return "partial attestation (B)";
  return level == Attestation::c ? "gateway attestation (C)" : "no attestation";
}

/// What speaks against the statement; empty: nothing.
std::string_view objection(const Passport& passport, std::string_view caller, std::string_view called,
                           base::UtcTime now) {
  const auto limit = base::to_ms(kPassportFreshness);
  const auto age = now.unix_ms - passport.issued.unix_ms;
  if (age > limit) return "but it is older than a minute";
  if (age < -limit) return "but it is dated in the future";
  if (caller.empty() || passport.original != caller.substr(1)) return "but for another caller's number";
  const auto& to = passport.destinations;
  if (!called.empty() && called[0] == '+' && std::find(to.begin(), to.end(), called.substr(1)) == to.end())
    return "but for a call to another number";
  return {};
}

}  // namespace

std::optional<Passport> parse_passport(std::string_view identity) {
  if (identity.size() > kMaxIdentityHeader) return std::nullopt;
  const auto token = trim(identity.substr(0, identity.find(';')));
  const auto first = token.find('.');
  const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos || second + 1 == token.size()) return std::nullopt;
  const auto header = object_in(token.substr(0, first));
  const auto payload = object_in(token.substr(first + 1, second - first - 1));
  if (!header || !payload) return std::nullopt;
  const auto* issued = payload->if_contains("iat");
  const bool dated = issued && issued->is_int64() && issued->as_int64() >= 0 && issued->as_int64() <= kLatestSecond;
  const auto originals = numbers_in(payload->if_contains("orig"));
  if (!dated || originals.size() != 1) return std::nullopt;
  Passport out;
  out.claims = level(payload->if_contains("attest"));
  out.original = originals.front();
  out.destinations = numbers_in(payload->if_contains("dest"));
  out.issued = {issued->as_int64() * 1000};
  return out;
}

std::string judge_passports(const std::vector<std::string_view>& identity, std::string_view caller,
                            std::string_view called, base::UtcTime now) {
  if (identity.empty()) return {};
  std::optional<Passport> chosen;
  for (const auto value : identity) {
    const auto passport = parse_passport(value);
    // Beside SHAKEN's there may be others, such as those of a diversion (RFC 8946), which attest nothing.
    if (passport && (!chosen || chosen->claims == Attestation::none)) chosen = passport;
  }
  if (!chosen) return "a signed statement came that cannot be read";
  std::string words = "a signed statement gives " + std::string(level_name(chosen->claims));
  if (const auto against = objection(*chosen, caller, called, now); !against.empty())
    words += ", " + std::string(against);
  return words + "; its signature was not verified by us";
}

}  // namespace frontdesk::screening
