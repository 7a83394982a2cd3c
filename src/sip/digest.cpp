#include "sip/digest.hpp"

#include <openssl/evp.h>

#include <array>
#include <cstdio>

#include "sip/syntax.hpp"

namespace frontdesk::sip {
namespace {

bool session_variant(DigestAlgorithm algorithm) {
  return algorithm == DigestAlgorithm::md5_sess || algorithm == DigestAlgorithm::sha256_sess;
}

bool sha256(DigestAlgorithm algorithm) {
  return algorithm == DigestAlgorithm::sha256 || algorithm == DigestAlgorithm::sha256_sess;
}

std::string_view algorithm_name(DigestAlgorithm algorithm) {
  switch (algorithm) {
    case DigestAlgorithm::md5:
      return "MD5";
    case DigestAlgorithm::md5_sess:
      return "MD5-sess";
    case DigestAlgorithm::sha256:
      return "SHA-256";
    case DigestAlgorithm::sha256_sess:
      return "SHA-256-sess";
  }
  return "MD5";
}

std::optional<DigestAlgorithm> algorithm_from(std::string_view name) {
  for (const auto algorithm :
       {DigestAlgorithm::md5, DigestAlgorithm::md5_sess, DigestAlgorithm::sha256, DigestAlgorithm::sha256_sess}) {
    if (equal_ignoring_case(name, algorithm_name(algorithm))) return algorithm;
  }
  return std::nullopt;
}

std::string hash_hex(DigestAlgorithm algorithm, const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &length, sha256(algorithm) ? EVP_sha256() : EVP_md5(), nullptr);
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  for (unsigned int i = 0; i < length; ++i) {
    out += kHex[digest[i] >> 4];
    out += kHex[digest[i] & 15];
  }
  return out;
}

/// Reads `name = token` or `name = "quoted"` at `at`, moving it behind; false at the end or on nonsense.
bool next_parameter(std::string_view text, std::size_t& at, std::string& name, std::string& value) {
  at = text.find_first_not_of(" \t\r\n,", at);
  if (at == std::string_view::npos) return false;
  const auto equals = text.find('=', at);
  if (equals == std::string_view::npos) return false;
  name = trimmed(text.substr(at, equals - at));
  value.clear();
  at = text.find_first_not_of(" \t\r\n", equals + 1);
  if (at == std::string_view::npos) return false;
  if (text[at] != '"') {
    const auto end = std::min(text.find(',', at), text.size());
    value = trimmed(text.substr(at, end - at));
    at = end;
    return true;
  }
  for (++at; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\' && at + 1 < text.size()) ++at;
    value += text[at];
  }
  ++at;
  return at <= text.size();
}

bool lists(std::string_view qop, std::string_view wanted) {
  while (!qop.empty()) {
    const auto comma = std::min(qop.find(','), qop.size());
    if (equal_ignoring_case(trimmed(qop.substr(0, comma)), wanted)) return true;
    qop.remove_prefix(std::min(comma + 1, qop.size()));
  }
  return false;
}

/// auth before auth-int: a server in between may change the body.
DigestProtection protection_from(std::string_view qop) {
  if (lists(qop, "auth")) return DigestProtection::auth;
  return lists(qop, "auth-int") ? DigestProtection::auth_int : DigestProtection::none;
}

}  // namespace

std::optional<DigestChallenge> parse_challenge(std::string_view value, bool proxy) {
  value = trimmed(value);
  if (value.size() < 7 || !equal_ignoring_case(value.substr(0, 6), "Digest")) return std::nullopt;
  DigestChallenge challenge;
  challenge.proxy = proxy;
  bool has_realm = false;
  std::size_t at = 6;
  std::string name, content;
  while (at < value.size() && next_parameter(value, at, name, content)) {
    if (equal_ignoring_case(name, "realm")) {
      challenge.realm = content;
      has_realm = true;
    } else if (equal_ignoring_case(name, "nonce")) {
      challenge.nonce = content;
    } else if (equal_ignoring_case(name, "opaque")) {
      challenge.opaque = content;
    } else if (equal_ignoring_case(name, "stale")) {
      challenge.stale = equal_ignoring_case(content, "true");
    } else if (equal_ignoring_case(name, "algorithm")) {
      const auto algorithm = algorithm_from(content);
      if (!algorithm) return std::nullopt;
      challenge.algorithm = *algorithm;
      challenge.algorithm_given = true;
    } else if (equal_ignoring_case(name, "qop")) {
      challenge.protection = protection_from(content);
      if (challenge.protection == DigestProtection::none) return std::nullopt;
    }
  }
  if (!has_realm || challenge.nonce.empty()) return std::nullopt;
  return challenge;
}

const DigestChallenge* strongest(std::span<const DigestChallenge> challenges) {
  const DigestChallenge* best = nullptr;
  for (const auto& challenge : challenges) {
    if (!best || (sha256(challenge.algorithm) && !sha256(best->algorithm))) best = &challenge;
  }
  return best;
}

std::string authorization(const DigestChallenge& challenge, std::string_view username, const base::Secret& password,
                          const DigestRequest& request) {
  const auto algorithm = challenge.algorithm;
  std::array<char, 9> count{};
  std::snprintf(count.data(), count.size(), "%08x", request.nonce_count);
  const std::string client_nonce(request.client_nonce);

  std::string a1 = hash_hex(algorithm, std::string(username) + ":" + challenge.realm + ":" + password.expose());
  if (session_variant(algorithm)) a1 = hash_hex(algorithm, a1 + ":" + challenge.nonce + ":" + client_nonce);
  const bool qop = challenge.protection != DigestProtection::none;
  const bool whole = challenge.protection == DigestProtection::auth_int;
  const std::string qop_name = whole ? "auth-int" : "auth";
  const std::string body_hash = whole ? ":" + hash_hex(algorithm, std::string(request.body)) : std::string();
  const std::string a2 = hash_hex(algorithm, std::string(request.method) + ":" + std::string(request.uri) + body_hash);
  const std::string middle =
      qop ? ":" + std::string(count.data()) + ":" + client_nonce + ":" + qop_name + ":" : std::string(":");
  const std::string response = hash_hex(algorithm, a1 + ":" + challenge.nonce + middle + a2);

  std::string line = challenge.proxy ? "Proxy-Authorization: Digest " : "Authorization: Digest ";
  line += "username=" + quoted(username) + ", realm=" + quoted(challenge.realm) + ", nonce=" + quoted(challenge.nonce);
  line += ", uri=" + quoted(request.uri) + ", response=\"" + response + "\"";
  if (challenge.algorithm_given) line += ", algorithm=" + std::string(algorithm_name(algorithm));
  if (!challenge.opaque.empty()) line += ", opaque=" + quoted(challenge.opaque);
  if (qop) line += ", qop=" + qop_name + ", nc=" + std::string(count.data()) + ", cnonce=" + quoted(client_nonce);
  // The session variants need the client nonce even without qop.
  if (!qop && session_variant(algorithm)) line += ", cnonce=" + quoted(client_nonce);
  return header_safe(line);
}

}  // namespace frontdesk::sip
