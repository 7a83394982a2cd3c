// What is declared about an endpoint beside its types: the words of the documentation, who may use it, what can go
// wrong.
#pragma once
#include <string>
#include <vector>

#include "access/access.hpp"

namespace frontdesk::rest {

/// Who may use an endpoint. There is no default: an endpoint that does not say does not compile.
class Access {
 public:
  enum class Kind { everyone, signed_in, permission };

  /// Without proof of who asks: health of the process, signing in.
  static constexpr Access everyone() { return Access(Kind::everyone, nullptr); }
  /// Whoever has signed in, whatever the role; not tokens' scopes: their own account, signing out.
  static constexpr Access signed_in() { return Access(Kind::signed_in, nullptr); }
  static constexpr Access needs(const access::Permission& permission) { return Access(Kind::permission, &permission); }

  Kind kind() const { return kind_; }
  const access::Permission* permission() const { return permission_; }

 private:
  constexpr Access(Kind kind, const access::Permission* permission) : kind_(kind), permission_(permission) {}
  Kind kind_;
  const access::Permission* permission_;
};

struct May {
  int status;
  std::string when;  ///< "no such call"
};

inline constexpr std::size_t kUsualBody = 64 * 1024;

struct Operation {
  std::string id;   ///< "listCalls": what generated clients call it
  std::string tag;  ///< the group in the documentation
  Access access;
  std::string summary;                  ///< a few words
  std::string description;              ///< more, if there is more to say; CommonMark
  std::vector<May> fails = {};          ///< beyond what every endpoint may answer (400, 401, 403, 422, 429, 500, 503)
  std::size_t body_bytes = kUsualBody;  ///< 413 above
  bool keyed = false;                   ///< takes an Idempotency-Key: a repetition is answered, not carried out again
  bool conditional = false;             ///< needs If-Match (428 without): changes only the version the client has seen
  std::vector<std::string> takes = {};  ///< media types of a body that is no JSON, found in raw->body: "audio/wav"
  std::vector<std::string> media = {};  ///< of a rest::Media answer: "audio/wav"
};

}  // namespace frontdesk::rest
