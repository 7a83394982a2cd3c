#include "reception/screening/caller_identity.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "reception/messages/message.hpp"
#include "reception/screening/name_address.hpp"

namespace frontdesk::screening {
namespace {

constexpr std::size_t kMaxClaimed = 64;
constexpr std::size_t kMinE164 = 7;
constexpr std::size_t kMaxE164 = 15;
constexpr std::size_t kMinNationalPart = 9;  // digits after a country code that came without its +

constexpr std::array<std::pair<Attestation, std::string_view>, 7> kAttestations = {{
    {Attestation::none, "none"},
    {Attestation::unverified, "unverified"},
    {Attestation::failed, "failed"},
    {Attestation::passed, "passed"},
    {Attestation::a, "a"},
    {Attestation::b, "b"},
    {Attestation::c, "c"},
}};
constexpr std::array<std::pair<NumberSource, std::string_view>, 4> kSources = {{
    {NumberSource::none, "none"},
    {NumberSource::from, "from"},
    {NumberSource::remote_party, "remote_party"},
    {NumberSource::asserted, "asserted"},
}};

template <class Table, class Value>
std::string_view find_name(const Table& table, Value value) {
  const auto it = std::find_if(table.begin(), table.end(), [&](const auto& entry) { return entry.first == value; });
  return it == table.end() ? std::string_view() : it->second;
}

template <class Table, class Value>
Value find_value(const Table& table, std::string_view name, Value otherwise) {
  const auto it = std::find_if(table.begin(), table.end(), [&](const auto& entry) { return entry.second == name; });
  return it == table.end() ? otherwise : it->first;
}

bool digit(char c) {
  return c >= '0' && c <= '9';
}

std::string claimed_text(std::string_view text) {
  std::string out;
  for (const char c : text.substr(0, kMaxClaimed))
    if (c >= ' ' && c < 127) out += c;
  return out;
}

/// Digits and a leading +, without visual separators (RFC 3966, section 3); nullopt: something else.
std::optional<std::string> dialled(std::string_view text) {
  if (text.size() > kMaxClaimed) return std::nullopt;
  std::string out;
  for (const char c : text) {
    if (digit(c) || (c == '+' && out.empty())) {
      out += c;
    } else if (std::string_view("-.()").find(c) == std::string_view::npos) {
      return std::nullopt;
    }
  }
  return out;
}

std::string e164(std::string_view user, std::string_view context, std::string_view country) {
  const auto digits = dialled(user);
  if (!digits || digits->empty()) return {};
  std::string number = messages::to_e164(*digits, country);
  if (!number.starts_with('+') && context.starts_with('+')) {
    const auto prefix = dialled(context);
    if (prefix) number = *prefix + number;
  }
  if (!number.starts_with('+')) {
    // Some providers leave out the plus: 447700900000.
    const auto probe = messages::to_e164("01", country);  // "+441": the country's code, then the 1
    const auto code = probe.size() > 2 ? std::string_view(probe).substr(1, probe.size() - 2) : std::string_view();
    const bool complete = !code.empty() && number.starts_with(code) && number.size() >= code.size() + kMinNationalPart;
    if (complete) number.insert(number.begin(), '+');
  }
  const bool sized = number.size() > kMinE164 && number.size() <= kMaxE164 + 1;
  return sized && number[0] == '+' && number[1] != '0' ? number : std::string();
}

bool stands_for_nobody(std::string_view user) {
  static constexpr std::array kWords = {"anonymous", "restricted", "unavailable", "private", "withheld"};
  return std::any_of(kWords.begin(), kWords.end(), [&](const char* word) { return same_word(user, word); });
}

Attestation worth(std::string_view verstat) {
  if (same_word(verstat, "TN-Validation-Passed-A")) return Attestation::a;
  if (same_word(verstat, "TN-Validation-Passed-B")) return Attestation::b;
  if (same_word(verstat, "TN-Validation-Passed-C")) return Attestation::c;
  if (same_word(verstat, "TN-Validation-Passed")) return Attestation::passed;
  constexpr std::string_view kFailed = "TN-Validation-Failed";  // may be followed by -A, -B or -C
  if (same_word(verstat.substr(0, kFailed.size()), kFailed)) return Attestation::failed;
  return same_word(verstat, "No-TN-Validation") ? Attestation::none : Attestation::unverified;
}

/// A display name without quotes and escapes. A name cut in mid character is the reader's to mend.
std::string display_name(std::string_view written) {
  const bool quoted = written.size() >= 2 && written.front() == '"' && written.back() == '"';
  if (quoted) written = written.substr(1, written.size() - 2);
  std::string out;
  for (std::size_t i = 0; i < written.size() && out.size() < kMaxClaimed; ++i) {
    if (quoted && written[i] == '\\' && i + 1 < written.size()) ++i;
    if (static_cast<unsigned char>(written[i]) >= ' ' && written[i] != 127) out += written[i];
  }
  return out;
}

/// One address with what this file asks of it.
struct Party {
  std::string number, claimed;
  bool nobody = false;
  NameAddress address;
};

class Reader {
 public:
  Reader(const IdentityHeaders& headers, bool trusted, std::string_view country)
      : headers_(headers), trusted_(trusted), country_(country) {}

  CallerIdentity run() {
    if (const auto from = from_party()) {
      out_.withheld |= from->nobody;
      if (!asserts()) take(*from, NumberSource::from);
      out_.name = base::Pii<std::string>(display_name(from->address.display));
      if (trusted_) from_verstat_ = verstat(*from);
    }
    if (trusted_) {
      remote_party();
      asserted();
      diversion();
      if (!out_.diverted) history();
      privacy();
    }
    attest();
    return std::move(out_);
  }

 private:
  /// An assertion counts even when it cannot be read, so that a broken one cannot bring From back.
  bool asserts() const { return trusted_ && !(headers_.asserted.empty() && headers_.remote_party.empty()); }

  std::optional<Party> party(std::string_view entry) {
    const auto address = parse_name_address(entry);
    const auto user = address ? percent_decoded(address->user) : std::nullopt;
    if (!user) {
      out_.damaged = true;
      return std::nullopt;
    }
    const auto context = parameter(address->user_params, "phone-context").value_or("");
    Party out{e164(*user, context, country_), claimed_text(*user), false, *address};
    out.nobody = stands_for_nobody(*user) || same_word(address->host, "anonymous.invalid");
    return out;
  }

  std::vector<std::string_view> entries(const std::vector<std::string_view>& values) {
    std::vector<std::string_view> out;
    bool whole = true;
    for (const auto value : values) {
      if (out.size() >= kMaxIdentityEntries || value.size() > kMaxIdentityHeader) {
        whole = false;
        continue;
      }
      const auto more = split_entries(value, kMaxIdentityEntries - out.size(), whole);
      out.insert(out.end(), more.begin(), more.end());
    }
    if (!whole) out_.damaged = true;
    return out;
  }

  std::optional<Party> from_party() {
    if (headers_.from.empty() || headers_.from.size() > kMaxIdentityHeader) {
      out_.damaged = true;
      return std::nullopt;
    }
    return party(headers_.from);
  }

  void take(const Party& party, NumberSource source) {
    out_.number = base::Pii<std::string>(party.number);
    out_.claimed = base::Pii<std::string>(party.claimed);
    if (auto name = display_name(party.address.display); !name.empty()) out_.name = base::Pii<std::string>(name);
    out_.source = source;
  }

  static std::optional<Attestation> verstat(const Party& party) {
    const auto& address = party.address;
    for (const auto params : {address.user_params, address.uri_params, address.header_params})
      if (const auto value = parameter(params, "verstat")) return worth(*value);
    return std::nullopt;
  }

  void remote_party() {
    for (const auto entry : entries(headers_.remote_party)) {
      const auto found = party(entry);
      if (!found) continue;
      const auto side = parameter(found->address.header_params, "party").value_or("calling");
      if (!same_word(side, "calling")) continue;
      const auto wish = parameter(found->address.header_params, "privacy").value_or("off");
      out_.withheld |= found->nobody || same_word(wish, "full") || same_word(wish, "uri");
      if (out_.source == NumberSource::none) take(*found, NumberSource::remote_party);
    }
  }

  /// There may be two, a sip and a tel address (RFC 3325, 9.1): the first with a number counts.
  void asserted() {
    for (const auto entry : entries(headers_.asserted)) {
      const auto found = party(entry);
      if (!found) continue;
      out_.withheld |= found->nobody;
      if (const auto said = verstat(*found); said && (!asserted_verstat_ || *said == Attestation::failed))
        asserted_verstat_ = said;
      const bool better = out_.source != NumberSource::asserted || out_.number.expose().empty();
      if (better) take(*found, NumberSource::asserted);
    }
  }

  /// The first entry is the diversion that happened last (RFC 5806, section 5).
  void diversion() {
    const auto all = entries(headers_.diversion);
    if (all.empty()) return;
    const auto last = party(all.front());
    if (!last) return;
    out_.diverted = true;
    const auto wish = parameter(last->address.header_params, "privacy").value_or("off");
    if (!same_word(wish, "full") && !same_word(wish, "uri")) out_.diverted_by = base::Pii<std::string>(last->number);
  }

  /// The last entry that has a cause (RFC 4458) was diverted to; who did it is named by mp= or stands before it
  /// (RFC 7044, 7544).
  void history() {
    std::vector<Party> way;
    // An unreadable entry keeps its place, so that nobody else is taken for the one before.
    for (const auto entry : entries(headers_.history)) way.push_back(party(entry).value_or(Party{}));
    for (std::size_t i = way.size(); i-- > 1;) {
      const auto mapped = parameter(way[i].address.header_params, "mp");
      if (!mapped && !parameter(way[i].address.uri_params, "cause")) continue;
      const Party* by = &way[i - 1];
      if (mapped)
        for (const auto& each : way)
          if (parameter(each.address.header_params, "index") == mapped) by = &each;
      out_.diverted = true;
      const auto asked = percent_decoded(by->address.uri_headers).value_or("privacy=history");
      if (!hides_history(asked)) out_.diverted_by = base::Pii<std::string>(by->number);
      return;
    }
  }

  static bool hides_history(std::string_view uri_headers) {
    constexpr std::string_view kKey = "privacy=";
    for (std::size_t i = 0; i + kKey.size() <= uri_headers.size(); ++i)
      if (same_word(uri_headers.substr(i, kKey.size()), kKey))
        return !same_word(uri_headers.substr(i + kKey.size()).substr(0, 4), "none");
    return false;
  }

  void privacy() {
    for (auto value : headers_.privacy) {
      if (value.size() > kMaxIdentityHeader) {
        out_.withheld = out_.damaged = true;
        continue;
      }
      while (!value.empty()) {
        const auto end = value.find_first_of(";,");
        const auto word = trim(value.substr(0, end));
        value = end == std::string_view::npos ? std::string_view() : value.substr(end + 1);
        for (const auto hiding : {"id", "user", "header"}) out_.withheld |= same_word(word, hiding);
      }
    }
  }

  /// From's verstat counts for the number only if the number is From's: callers may write From themselves.
  void attest() {
    const bool failed = asserted_verstat_ == Attestation::failed || from_verstat_ == Attestation::failed;
    const bool from_counts = out_.source == NumberSource::from;
    if (failed) {
      out_.attestation = Attestation::failed;
    } else if (asserted_verstat_) {
      out_.attestation = *asserted_verstat_;
    } else if (from_verstat_ && from_counts) {
      out_.attestation = *from_verstat_;
    } else if (from_verstat_ && *from_verstat_ != Attestation::none) {
      out_.attestation = Attestation::unverified;
    }
    if (out_.attestation == Attestation::none && !headers_.identity.empty()) out_.attestation = Attestation::unverified;
  }

  const IdentityHeaders& headers_;
  bool trusted_;
  std::string_view country_;
  CallerIdentity out_;
  std::optional<Attestation> from_verstat_, asserted_verstat_;
};

}  // namespace

CallerIdentity read_identity(const IdentityHeaders& headers, bool trusted, std::string_view country) {
  return Reader(headers, trusted, country).run();
}

std::string read_number(std::string_view user, std::string_view country) {
  return e164(user, {}, country);
}

std::string_view describe(Attestation attestation) {
  switch (attestation) {
    case Attestation::none:
      return "the network says nothing about the number";
    case Attestation::unverified:
      return "a statement about the number came, but nobody verified it";
    case Attestation::failed:
      return "the network could not confirm the number";
    case Attestation::passed:
      return "the network confirmed the number";
    case Attestation::a:
      return "the network vouches fully for the number (A)";
    case Attestation::b:
      return "the network knows the caller, not the right to the number (B)";
    case Attestation::c:
      return "the network knows only where the call entered it (C)";
  }
  return "";
}

std::string_view describe(NumberSource source) {
  switch (source) {
    case NumberSource::none:
      return "nobody";
    case NumberSource::from:
      return "the caller alone (From)";
    case NumberSource::remote_party:
      return "the provider (Remote-Party-ID)";
    case NumberSource::asserted:
      return "the provider (P-Asserted-Identity)";
  }
  return "";
}

std::string_view name(Attestation attestation) {
  return find_name(kAttestations, attestation);
}
std::string_view name(NumberSource source) {
  return find_name(kSources, source);
}
Attestation attestation(std::string_view name) {
  return find_value(kAttestations, name, Attestation::none);
}
NumberSource number_source(std::string_view name) {
  return find_value(kSources, name, NumberSource::none);
}

}  // namespace frontdesk::screening
