// What an INVITE says about who calls and who was called, as it stands in its headers: for whoever judges it, and not
// believed here. RFC 3261 (From), 3323 (Privacy), 3325 (P-Asserted-Identity), 5806 (Diversion), 7044 (History-Info),
// 7315 (P-Called-Party-ID), 8224 (Identity), draft-ietf-sip-privacy-04 (Remote-Party-ID).
#pragma once
#include <cstddef>
#include <string>
#include <vector>

namespace frontdesk::sip {

inline constexpr std::size_t kMaxCallerFields = 16;        ///< of one kind; the rest is dropped
inline constexpr std::size_t kMaxCallerFieldBytes = 8192;  ///< a longer value is empty here: it was there, unreadable

/// Values as after the colon, in the order of the message.
struct CallerHeaders {
  std::string from;
  std::string called_party;
  std::vector<std::string> asserted;
  std::vector<std::string> remote_party;
  std::vector<std::string> diversion;
  std::vector<std::string> history;
  std::vector<std::string> privacy;
  std::vector<std::string> identity;
};

}  // namespace frontdesk::sip
