// The trunk's credentials in requests of a call (RFC 3261, section 22): only towards the trunk, only for its realm.
#include "sip/call_session.hpp"
#include "sip/syntax.hpp"

namespace frontdesk::sip {

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

std::string CallSession::credentials(const Challenge& challenge, std::string_view method, std::string_view body,
                                     const DialogState& dialog) {
  const TrunkRegistration* trunk = challenge ? host_.trunk(trunk_) : nullptr;
  if (!trunk) return {};
  nonce_uses_ = challenge->nonce == nonce_ ? nonce_uses_ + 1 : 1;
  nonce_ = challenge->nonce;
  const auto& user = trunk->authorization_username.empty() ? trunk->username : trunk->authorization_username;
  const std::string client_nonce = random_token();
  const DigestRequest request{method, dialog.remote_target, client_nonce, nonce_uses_, body};
  return authorization(*challenge, user, trunk->password, request) + "\r\n";
}

/// The ACK of a 2xx repeats them (section 22.1), unless it goes elsewhere.
std::string CallSession::invite_credentials_for(const Hop& hop) const {
  const bool may = invite_challenge_ && host_.may_answer(trunk_, hop, invite_challenge_->realm);
  return may ? invite_credentials_ : std::string();
}

}  // namespace frontdesk::sip
