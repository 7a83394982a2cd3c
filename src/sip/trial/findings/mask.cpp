#include "sip/trial/findings/mask.hpp"

#include <algorithm>
#include <array>

#include "sip/trial/findings/findings.hpp"

namespace frontdesk::findings {
namespace {

using Text = std::string_view;

constexpr Text kHidden = "***";
constexpr std::size_t kShortSecret = 4;  ///< below it a word like "a" would be found everywhere
constexpr std::size_t kMaxLine = 1000;
constexpr std::size_t kMaxLines = 60;

/// Shown, with the user parts of URIs shortened.
constexpr std::array<Text, 32> kHarmless{"via",
                                         "v",
                                         "from",
                                         "f",
                                         "to",
                                         "t",
                                         "call-id",
                                         "i",
                                         "cseq",
                                         "contact",
                                         "m",
                                         "expires",
                                         "min-expires",
                                         "allow",
                                         "supported",
                                         "k",
                                         "require",
                                         "server",
                                         "user-agent",
                                         "retry-after",
                                         "warning",
                                         "reason",
                                         "max-forwards",
                                         "content-length",
                                         "l",
                                         "path",
                                         "service-route",
                                         "route",
                                         "record-route",
                                         "date",
                                         "unsupported",
                                         "proxy-require"};
constexpr std::array<Text, 5> kProofs{"authorization", "proxy-authorization", "www-authenticate", "proxy-authenticate",
                                      "authentication-info"};
/// Parameters of proofs that tell nothing worth having.
constexpr std::array<Text, 5> kOpenParameters{"realm", "algorithm", "qop", "stale", "nc"};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lowered(Text text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

template <class List>
bool among(const List& list, Text word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

Text trimmed(Text text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == Text::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

void blot_out(std::string& text, const std::string& secret) {
  if (secret.size() < kShortSecret) return;
  for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + kHidden.size()))
    text.replace(at, secret.size(), kHidden);
}

/// Of the URI whose scheme ends before `at`: the user part, if there is one. Returns where to go on.
std::size_t copy_user(Text text, std::size_t at, bool telephone, std::string& out) {
  const auto end = std::min(text.find_first_of("@<>;,\" \t", at), text.size());
  const bool has_user = telephone || (end < text.size() && text[end] == '@');
  const auto user = text.substr(at, end - at);
  // A password in a URI (RFC 3261, 19.1.1) stands behind a colon.
  out += has_user ? shortened(user.substr(0, user.find(':'))) : std::string(user);
  return end;
}

/// Display names, user parts and numbers shortened.
std::string without_people(Text value) {
  const std::string small = lowered(value);
  std::string out;
  for (std::size_t at = 0; at < value.size();) {
    if (value[at] == '"') {
      const auto close = std::min(value.find('"', at + 1), value.size());
      out += "\"***\"";
      at = std::min(close + 1, value.size());
      continue;
    }
    std::size_t scheme = 0;
    for (const Text word : {"sips:", "sip:", "tel:"})
      if (scheme == 0 && Text(small).substr(at).starts_with(word)) scheme = word.size();
    if (scheme == 0) {
      out += value[at++];
      continue;
    }
    out += value.substr(at, scheme);
    at = copy_user(value, at + scheme, small[at] == 't', out);
  }
  return out;
}

/// One `name=value` of a proof.
std::string masked_parameter(Text parameter) {
  const auto equals = parameter.find('=');
  if (equals == Text::npos) return std::string(kHidden);
  const auto name = lowered(trimmed(parameter.substr(0, equals)));
  auto value = trimmed(parameter.substr(equals + 1));
  if (name != "username" && name != "uri")
    return name + "=" + (among(kOpenParameters, name) ? std::string(value) : std::string(kHidden));
  if (value.starts_with('"')) value.remove_prefix(1);
  if (value.ends_with('"')) value.remove_suffix(1);
  if (name == "uri") return "uri=\"" + without_people(value) + "\"";
  return "username=\"" + shortened(value) + "\"";
}

/// "Digest name=value, ...": commas inside quotes do not separate.
std::string masked_proof(Text value) {
  const auto space = std::min(value.find(' '), value.size());
  const auto scheme = lowered(value.substr(0, space));
  if (scheme != "digest") return std::string(kHidden);
  std::string out = "Digest ";
  Text rest = value.substr(space);
  for (bool first = true; !rest.empty(); first = false) {
    bool quoted = false;
    std::size_t end = 0;
    for (; end < rest.size() && (quoted || rest[end] != ','); ++end) {
      if (quoted && rest[end] == '\\') {
        ++end;
      } else if (rest[end] == '"') {
        quoted = !quoted;
      }
    }
    out += (first ? "" : ", ") + masked_parameter(trimmed(rest.substr(0, end)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return out;
}

/// RFC 3261, 25.1: a token. What is none is the rest of a folded header, or no header at all.
bool is_header_name(Text name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || Text("-.!%*_+`'~").find(c) != Text::npos;
  });
}

std::string masked_line(Text line, bool first) {
  if (first) return without_people(line);
  const auto colon = line.find(':');
  const bool folded = line.starts_with(' ') || line.starts_with('\t');
  if (colon == Text::npos || folded || !is_header_name(lowered(trimmed(line.substr(0, colon)))))
    return std::string(kHidden);
  const auto name = lowered(trimmed(line.substr(0, colon)));
  const auto value = trimmed(line.substr(colon + 1));
  const std::string shown(line.substr(0, colon));
  if (among(kProofs, name)) return shown + ": " + masked_proof(value);
  if (among(kHarmless, name)) return shown + ": " + without_people(value);
  return shown + ": (not shown)";
}

}  // namespace

std::string shortened(std::string_view user) {
  if (user.size() >= 8) return std::string(user.substr(0, 2)) + "***" + std::string(user.substr(user.size() - 2));
  return std::string(user.substr(0, user.size() >= 3 ? 1 : 0)) + "***";
}

std::string masked(std::string_view message, const std::vector<std::string>& secrets) {
  message = message.substr(0, message.find("\r\n\r\n"));
  std::string out;
  for (std::size_t lines = 0; !message.empty() && lines < kMaxLines; ++lines) {
    const auto end = std::min(message.find("\r\n"), message.size());
    std::string line(message.substr(0, end));
    for (const auto& secret : secrets) blot_out(line, secret);
    out += printable(masked_line(line, lines == 0), kMaxLine) + "\n";
    message.remove_prefix(std::min(end + 2, message.size()));
  }
  return out;
}

std::string masked_words(std::string_view words, const std::vector<std::string>& secrets) {
  std::string out(words);
  for (const auto& secret : secrets) blot_out(out, secret);
  return printable(out, 120);
}

}  // namespace frontdesk::findings
