#include "sip/trial/certificate.hpp"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <memory>

namespace frontdesk::trial {
namespace {

using findings::CertificateFault;

constexpr int kMaxNames = 6;

std::string common_name(const X509_NAME* name) {
  std::array<char, 256> text{};
  if (X509_NAME_get_text_by_NID(const_cast<X509_NAME*>(name), NID_commonName, text.data(), text.size()) <= 0) return {};
  return findings::printable(text.data());
}

/// Of the certificate's alternative names, else its common name.
std::string names_of(const X509* certificate) {
  const std::unique_ptr<GENERAL_NAMES, void (*)(GENERAL_NAMES*)> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)),
      GENERAL_NAMES_free);
  std::string out;
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()) && i < kMaxNames; ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_DNS) continue;
    const auto* text = reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.dNSName));
    const auto size = static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName));
    out += (out.empty() ? "" : ", ") + findings::printable({text, size});
  }
  return out.empty() ? common_name(X509_get_subject_name(certificate)) : out;
}

CertificateFault fault_of(long result) {
  switch (result) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return CertificateFault::expired;
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return CertificateFault::not_yet_valid;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return CertificateFault::wrong_name;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return CertificateFault::self_signed;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return CertificateFault::unknown_authority;
    default:
      return CertificateFault::other;
  }
}

}  // namespace

Encryption look_at(SSL* connection) {
  Encryption out;
  out.version = SSL_get_version(connection);
  out.facts = {{"version", out.version}, {"cipher", SSL_get_cipher_name(connection)}};
  const long result = SSL_get_verify_result(connection);
  if (result != X509_V_OK) out.fault = fault_of(result);
  const std::unique_ptr<X509, void (*)(X509*)> certificate(SSL_get1_peer_certificate(connection), X509_free);
  if (!certificate) {
    out.fault = CertificateFault::other;
    return out;
  }
  out.names = names_of(certificate.get());
  int seconds = 0;
  if (ASN1_TIME_diff(&out.days_left, &seconds, nullptr, X509_get0_notAfter(certificate.get())) != 1) out.days_left = 0;
  const auto* chain = SSL_get_peer_cert_chain(connection);
  out.facts.push_back({"names", out.names});
  out.facts.push_back({"issuer", common_name(X509_get_issuer_name(certificate.get()))});
  out.facts.push_back({"days_left", std::to_string(out.days_left)});
  out.facts.push_back({"chain", std::to_string(chain ? sk_X509_num(chain) : 0)});
  return out;
}

}  // namespace frontdesk::trial
