#include "http/tls_context.hpp"

namespace frontdesk::http {
namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

tl::unexpected<base::Error> unusable(const std::string& what, const std::string& file, const error_code& error) {
  return base::fail(base::ErrorCode::invalid_argument, "http", what + " " + file + ": " + error.message());
}

}  // namespace

base::Result<std::unique_ptr<ssl::context>> server_context(const std::string& certificate_file,
                                                           const std::string& key_file) {
  auto context = std::make_unique<ssl::context>(ssl::context::tlsv13_server);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_3_VERSION);
  SSL_CTX_set_mode(context->native_handle(), SSL_MODE_RELEASE_BUFFERS);
  error_code error;
  context->use_certificate_chain_file(certificate_file, error);
  if (error) return unusable("there is no certificate (PEM) to use in", certificate_file, error);
  context->use_private_key_file(key_file, ssl::context::pem, error);
  if (error) return unusable("there is no key of that certificate (PEM) in", key_file, error);
  return context;
}

}  // namespace frontdesk::http
