// The certificate that this process shows in DTLS: self-signed, for a P-256 key, made at the first use and never
// stored. Peers know it by the fingerprint in our SDP, which is as trustworthy as the signalling (RFC 5763, section 5).
#pragma once
#include <memory>

#include "base/error.hpp"
#include "rtp/srtp/fingerprint.hpp"

struct ssl_ctx_st;

namespace frontdesk::dtls {

class Identity {
 public:
  /// unavailable: OpenSSL could not make a key.
  static base::Result<std::shared_ptr<const Identity>> create();
  /// The one of this process. Thread-safe.
  static const base::Result<std::shared_ptr<const Identity>>& of_process();

  const srtp::Fingerprint& fingerprint() const { return fingerprint_; }
  ssl_ctx_st* context() const { return context_.get(); }

 private:
  Identity(std::shared_ptr<ssl_ctx_st> context, srtp::Fingerprint fingerprint)
      : context_(std::move(context)), fingerprint_(std::move(fingerprint)) {}
  std::shared_ptr<ssl_ctx_st> context_;
  srtp::Fingerprint fingerprint_;
};

}  // namespace frontdesk::dtls
