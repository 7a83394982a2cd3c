// Private: certificates of OpenSSL's.
#pragma once
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <optional>
#include <string>

#include "rtp/srtp/fingerprint.hpp"

namespace frontdesk::dtls {

std::optional<srtp::Fingerprint> fingerprint_of(const X509* certificate, srtp::FingerprintHash hash);

/// Whether the peer's certificate is the one that its SDP named. Called by OpenSSL in the handshake.
int judge_certificate(X509_STORE_CTX* store, void*);

/// What this thread's error queue says, which is emptied.
std::string openssl_reason();

}  // namespace frontdesk::dtls
