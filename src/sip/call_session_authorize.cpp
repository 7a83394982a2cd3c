// The trunk's credentials in requests of a call (RFC 3261, section 22): only towards the trunk, only for its realm.
#include <algorithm>

#include "sip/call_session.hpp"
#include "sip/syntax.hpp"

namespace frontdesk::sip {
namespace {

bool same_asker(const DigestChallenge& a, const DigestChallenge& b) {
  return a.proxy == b.proxy && a.realm == b.realm;
}

}  // namespace

CallSession::Challenge CallSession::challenge_of(const sip_msg* response, const Hop& next) const {
  const bool proxy = response && response->scode == 407;
  if (!response || (response->scode != 401 && !proxy) || trunk_.empty()) return std::nullopt;
  std::vector<DigestChallenge> challenges;
  each_header(response, true, proxy ? SIP_HDR_PROXY_AUTHENTICATE : SIP_HDR_WWW_AUTHENTICATE,
              [&](const sip_hdr& header) {
                if (const auto challenge = parse_challenge(view(header.val), proxy)) challenges.push_back(*challenge);
                return false;
              });
  // Who asked, and where the answer would go: a call may have wandered to somebody else since it began.
  const Hop asker{endpoint_from(response->src), next.transport};
  std::erase_if(challenges, [&](const auto& c) {
    return !host_.may_answer(trunk_, next, c.realm) || !host_.may_answer(trunk_, asker, c.realm);
  });
  const DigestChallenge* challenge = strongest(challenges);
  return challenge ? Challenge(*challenge) : std::nullopt;
}

std::uint32_t CallSession::count_use(const std::string& nonce) {
  const auto is = [&nonce](const NonceUse& use) { return use.nonce == nonce; };
  const auto known = std::find_if(nonces_.begin(), nonces_.end(), is);
  if (known != nonces_.end()) return ++known->count;
  if (nonces_.size() >= kMaxNonces) nonces_.erase(nonces_.begin());
  nonces_.push_back({nonce, 1});
  return 1;
}

std::string CallSession::credentials(const Challenge& challenge, std::string_view method, std::string_view body,
                                     const DialogState& dialog) {
  const TrunkRegistration* trunk = challenge ? host_.trunk(trunk_) : nullptr;
  if (!trunk) return {};
  const auto uses = count_use(challenge->nonce);
  const auto& user = trunk->authorization_username.empty() ? trunk->username : trunk->authorization_username;
  const std::string client_nonce = random_token();
  const DigestRequest request{method, dialog.remote_target, client_nonce, uses, body};
  return authorization(*challenge, user, trunk->password, request) + "\r\n";
}

bool CallSession::worth_answering(const DigestChallenge& challenge) const {
  if (challenges_ >= kMaxChallenges) return false;
  return challenge.stale || std::none_of(invite_credentials_.begin(), invite_credentials_.end(),
                                         [&](const auto& given) { return same_asker(given.challenge, challenge); });
}

std::string CallSession::invite_credentials(const Challenge& challenge, std::string_view body) {
  if (!challenge) {
    invite_credentials_.clear();
    return {};
  }
  std::erase_if(invite_credentials_, [&](const auto& given) { return same_asker(given.challenge, *challenge); });
  invite_credentials_.push_back({*challenge, {}});
  std::string lines;
  for (auto& given : invite_credentials_) {
    given.line = credentials(given.challenge, "INVITE", body, dialog_);
    lines += given.line;
  }
  return lines;
}

/// The ACK of a 2xx repeats them (section 22.1), unless it goes elsewhere.
std::string CallSession::invite_credentials_for(const Hop& hop) const {
  std::string lines;
  for (const auto& given : invite_credentials_) {
    if (host_.may_answer(trunk_, hop, given.challenge.realm)) lines += given.line;
  }
  return lines;
}

}  // namespace frontdesk::sip
