// Digits of ours by INFO, one request at a time, so that they arrive in order.
#include "sip/call_session.hpp"
#include "sip/syntax.hpp"

namespace frontdesk::sip {
namespace {

constexpr std::size_t kMaxWaitingDigits = 64;
constexpr int kDigitMs = 160;

}  // namespace

void CallSession::send_digits(const std::string& digits) {
  if (ended_ || phase_ == Phase::proceeding) return;
  for (const char digit : digits) {
    const bool known = std::string_view("0123456789*#ABCD").find(digit) != std::string_view::npos;
    if (known && digits_to_send_.size() < kMaxWaitingDigits) digits_to_send_ += digit;
  }
  if (!info_) send_next_digit();
}

/// Refused or unanswered, the digit is gone: sent again it might count twice.
void CallSession::send_next_digit() {
  if (ended_ || digits_to_send_.empty()) return;
  const char digit = digits_to_send_.front();
  digits_to_send_.erase(0, 1);
  const std::string body = std::string("Signal=") + digit + "\r\nDuration=" + std::to_string(kDigitMs) + "\r\n";
  std::string headers =
      request_headers(dialog_, "INFO", dialog_.local_sequence++) + host_.stack.contact(contact_user_, seen_);
  info_ = ClientTransaction::send(
      host_.stack, hops_inside(dialog_), "INFO", dialog_.remote_target,
      SipStack::with_body(std::move(headers), "application/dtmf-relay", body),
      [this](int error, const sip_msg* response) {
        if (!error && response && response->scode < 200) return;
        info_.reset();
        send_next_digit();
      },
      *this);
}

}  // namespace frontdesk::sip
