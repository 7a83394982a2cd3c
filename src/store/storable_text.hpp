// Callers choose their own names, and send any bytes. PostgreSQL refuses a text that is not UTF-8 or holds a zero
// byte, and a refused row would be a lost one; so both databases are given text that each takes.
#pragma once
#include <string>
#include <string_view>

namespace frontdesk::store {

/// Zero bytes and what is not UTF-8 (RFC 3629) become U+FFFD, byte by byte; everything else stays.
std::string storable_text(std::string_view text);

/// True if storable_text() would change nothing.
bool is_storable(std::string_view text);

}  // namespace frontdesk::store
