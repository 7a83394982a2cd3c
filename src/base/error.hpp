// Errors are values. An Error says what went wrong in a canonical code (the sixteen of
// https://abseil.io/docs/cpp/guides/status-codes), whether trying again can help, and a message
// that is safe to log: no secrets, no caller data.
#pragma once
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace frontdesk::base {

enum class ErrorCode {
  cancelled,
  unknown,
  invalid_argument,
  deadline_exceeded,
  not_found,
  already_exists,
  permission_denied,
  resource_exhausted,
  failed_precondition,
  aborted,
  out_of_range,
  unimplemented,
  internal,
  unavailable,
  data_loss,
  unauthenticated,
};

enum class Retry { never, now, later };

struct Error {
  ErrorCode code = ErrorCode::unknown;
  std::string domain;   ///< which part failed: "sip", "stt.moonshine", "config"
  std::string message;  ///< what happened and what to do about it; safe to log and to show
  Retry retry = Retry::never;
  int detail = 0;  ///< the domain's own number: errno, a SIP status, an HTTP status

  friend bool operator==(const Error&, const Error&) = default;
};

std::string_view name(ErrorCode code);

/// "sip: port 5060 is in use (unavailable)"
std::string describe(const Error& error);

template <class T>
using Result = tl::expected<T, Error>;

/// Success of an operation that returns nothing.
using Status = Result<void>;

inline tl::unexpected<Error> fail(ErrorCode code, std::string_view domain, std::string message,
                                  Retry retry = Retry::never, int detail = 0) {
  return tl::unexpected<Error>(Error{code, std::string(domain), std::move(message), retry, detail});
}

}  // namespace frontdesk::base
