#include "sip/transfer.hpp"

#include <algorithm>

#include "sip/syntax.hpp"

namespace frontdesk::sip {
namespace {

using State = TransferProgress::State;

/// For the value of a header inside a URI (RFC 3261, section 25.1: hvalue).
std::string escaped_header(std::string_view text) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  static constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.!~*'()[]/?:+$";
  std::string out;
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kHex[byte >> 4U];
      out += kHex[byte & 15U];
    }
  }
  return out;
}

}  // namespace

std::optional<ReplacedDialog> parse_replaces(std::string_view value) {
  const auto semicolon = std::min(value.find(';'), value.size());
  const auto parameters = value.substr(semicolon);
  const auto to_tag = parameter(parameters, "to-tag");
  const auto from_tag = parameter(parameters, "from-tag");
  const auto call_id = trimmed(value.substr(0, semicolon));
  if (call_id.empty() || !to_tag || !from_tag || to_tag->empty() || from_tag->empty()) return std::nullopt;
  return ReplacedDialog{std::string(call_id), *to_tag, *from_tag, parameter(parameters, "early-only").has_value()};
}

std::string refer_to(std::string_view target, const std::optional<ReplacedDialog>& replaces) {
  if (!replaces) return "<" + std::string(target) + ">";
  const std::string value = replaces->call_id + ";to-tag=" + replaces->to_tag + ";from-tag=" + replaces->from_tag +
                            (replaces->early_only ? ";early-only" : "");
  const char* separator = target.find('?') == std::string_view::npos ? "?" : "&";
  return "<" + std::string(target) + separator + "Replaces=" + escaped_header(value) + ">";
}

bool transferable(std::string_view target) {
  const bool clean =
      std::all_of(target.begin(), target.end(), [](char c) { return c > ' ' && c < '\x7f' && c != '<' && c != '>'; });
  if (!clean || target.find('"') != std::string_view::npos) return false;
  if (equal_ignoring_case(target.substr(0, 4), "tel:")) return target.size() > 4;
  // Headers in the URI would be written into the peer's INVITE.
  return parse_uri(target).has_value() && target.find('?') == std::string_view::npos;
}

std::optional<SipFragment> parse_sipfrag(std::string_view body) {
  static constexpr std::string_view kVersion = "SIP/2.0 ";
  const auto line = trimmed(body.substr(0, body.find_first_of("\r\n")));
  if (!equal_ignoring_case(line.substr(0, kVersion.size()), kVersion)) return std::nullopt;
  const auto status = parse_decimal(line.substr(kVersion.size(), 3));
  if (!status || *status < 100 || *status > 699) return std::nullopt;
  const auto reason = trimmed(line.substr(std::min(line.size(), kVersion.size() + 3)));
  return SipFragment{static_cast<int>(*status), header_safe(reason)};
}

Transfer::Report Transfer::report(State state, int status, std::string reason) {
  if (over_ || last_ == state) return std::nullopt;
  last_ = state;
  over_ = state == State::succeeded || state == State::failed;
  return TransferProgress{state, status, std::move(reason)};
}

Transfer::Report Transfer::on_response(int status, const std::string& reason, bool subscribed) {
  if (over_ || (status > 0 && status < 200)) return std::nullopt;
  if (status == 0) return report(State::failed, 0, "the peer did not answer the REFER");
  if (status >= 300) return report(State::failed, status, reason);
  accepted_ = true;
  if (!subscribed) return report(State::succeeded, status, reason);
  // A NOTIFY may have overtaken the response.
  return last_ ? std::nullopt : report(State::trying, status, reason);
}

Transfer::Report Transfer::on_notify(const std::optional<SipFragment>& fragment, bool terminated) {
  if (over_) return std::nullopt;
  accepted_ = true;  // it implies the 2xx (RFC 3515, section 2.4.4)
  const int status = fragment ? fragment->status : 0;
  if (status >= 300) return report(State::failed, status, fragment->reason);
  if (status >= 200) return report(State::succeeded, status, fragment->reason);
  if (terminated) return report(State::failed, 0, "the peer stopped reporting before the outcome");
  if (status == 0 || last_ == State::ringing) return std::nullopt;
  return status == 100 ? report(State::trying, status, fragment->reason)
                       : report(State::ringing, status, fragment->reason);
}

Transfer::Report Transfer::on_peer_bye() {
  if (accepted_) return report(State::succeeded, 0, "the peer accepted the transfer and left");
  return report(State::failed, 0, "the peer hung up");
}

Transfer::Report Transfer::on_deadline() {
  return report(State::failed, 408, "no outcome in time");
}

}  // namespace frontdesk::sip
