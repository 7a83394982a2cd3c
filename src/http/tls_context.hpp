// What TLS connections are taken with. Private to this folder: it includes Asio.
#pragma once
#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

#include "base/error.hpp"

namespace frontdesk::http {

/// TLS 1.3 alone. invalid_argument: a file cannot be read, or the key is not the certificate's.
base::Result<std::unique_ptr<boost::asio::ssl::context>> server_context(const std::string& certificate_file,
                                                                        const std::string& key_file);

}  // namespace frontdesk::http
