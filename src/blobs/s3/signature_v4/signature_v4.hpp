// AWS Signature Version 4, in headers ("Authenticating Requests (AWS Signature Version 4)", Amazon S3 API Reference).
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "base/protect.hpp"
#include "base/time.hpp"

namespace frontdesk::signature_v4 {

inline constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";

struct Credentials {
  std::string access_key;
  base::Secret secret_key;
  base::Secret session_token;  ///< of temporary credentials; may be empty
};

struct Scope {
  std::string region;
  std::string service = "s3";
};

struct Request {
  std::string method;
  std::string path;                            ///< percent-encoded, as it is sent; begins with /
  std::map<std::string, std::string> query;    ///< not encoded
  std::map<std::string, std::string> headers;  ///< names in lower case, all that are to be signed; host is one
  std::string payload_hash;                    ///< SHA-256 in hexadecimal, or kUnsignedPayload
};

/// Everything but letters, digits and "-._~" percent-encoded; '/' too unless it is kept.
std::string uri_encode(std::string_view text, bool keep_slash);
/// "a=b&c=d", sorted and encoded: as it is signed and sent.
std::string query_text(const std::map<std::string, std::string>& query);
std::string amz_date(base::UtcTime now);  ///< "20130524T000000Z"

std::string canonical_request(const Request& request);

/// Adds x-amz-date, x-amz-content-sha256, x-amz-security-token and authorization to the request's headers.
void sign(Request& request, const Credentials& credentials, const Scope& scope, base::UtcTime now);

}  // namespace frontdesk::signature_v4
