// What stands before every endpoint, in this order: how often this address asks; who asks, and whether they may;
// whether a browser sent it on its own; how often this caller asks; demands on the version; repetition. Private to this
// folder.
#pragma once
#include <memory>
#include <mutex>

#include "rest/answer_store.hpp"
#include "rest/api.hpp"

namespace frontdesk::rest {

class Guard {
 public:
  Guard(const ApiOptions& options, std::shared_ptr<Authenticator> authenticator, std::shared_ptr<AnswerStore> answers);

  /// Thread-safe.
  http::Response answer(const Endpoint& endpoint, const http::Request& request);

 private:
  using Verdict = protocol::TokenBuckets::Verdict;

  Answer<http::Response> admitted(const Endpoint& endpoint, const http::Request& request, Verdict& rate);
  Answer<access::Principal> principal_of(const Endpoint& endpoint, const http::Request& request);
  Answer<http::Response> once(const Endpoint& endpoint, const http::Request& request,
                              const access::Principal& principal, const std::string& key);
  Answer<http::Response> carried_out(const Endpoint& endpoint, const http::Request& request,
                                     const access::Principal& principal, const std::string& key);
  Verdict take(protocol::TokenBuckets& buckets, const std::string& client);

  std::shared_ptr<Authenticator> authenticator_;
  std::shared_ptr<AnswerStore> answers_;
  std::mutex mutex_;  ///< of the buckets
  protocol::TokenBuckets by_address_;
  protocol::TokenBuckets by_caller_;
};

/// Clients of one IPv6 network share a bucket: one of them can have any address in it.
std::string address_key(const base::Endpoint& peer);

}  // namespace frontdesk::rest
