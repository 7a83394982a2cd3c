// What all subjects of accounts share: the database, the audit log, the hashes, the mail, the settings. No HTTP, and no
// clock: every call is told the time.
#pragma once
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "access/access.hpp"
#include "accounts/bcrypt/hash_worker.hpp"
#include "accounts/credentials/one_time_token.hpp"
#include "audit/log.hpp"
#include "base/endpoint.hpp"
#include "notify/mail.hpp"
#include "store/sql.hpp"
#include "vault/secrets/secret_box.hpp"

namespace frontdesk::accounts {

struct Settings {
  std::string base_url;            ///< "https://desk.example", of links in mails and as the tokens' issuer
  std::string name = "Frontdesk";  ///< what authenticator apps and mails show
  bool open_registration = false;  ///< strangers may register, each with an organisation of their own
  base::Duration access_life = std::chrono::minutes(15);
};

/// Where a request comes from.
struct Visitor {
  base::Endpoint address;
  std::string user_agent;
};

/// Lends a connection to one thread at a time.
class Connections {
 public:
  virtual ~Connections() = default;
  virtual base::Status lend(const std::function<void(store::Connection&)>& work) = 0;
};

/// The same connection to all, one after the other.
class OneConnection final : public Connections {
 public:
  explicit OneConnection(store::Connection& connection) : connection_(connection) {}
  base::Status lend(const std::function<void(store::Connection&)>& work) override {
    const std::lock_guard lock(mutex_);
    work(connection_);
    return {};
  }

 private:
  store::Connection& connection_;
  std::mutex mutex_;
};

struct Office {
  Connections& connections;
  audit::Log& audit;
  bcrypt::HashWorker& hashes;
  notify::Mailer& mailer;
  secrets::SecretBox box;
  Settings settings;

  /// `work` returns a base::Result.
  template <class Work>
  auto with_connection(Work&& work) -> decltype(work(std::declval<store::Connection&>())) {
    std::optional<decltype(work(std::declval<store::Connection&>()))> out;
    if (auto lent = connections.lend([&](store::Connection& connection) { out.emplace(work(connection)); }); !lent)
      return tl::unexpected(lent.error());
    return std::move(*out);
  }

  /// `work(connection, trail)` returns a base::Result; it and its records are one transaction.
  template <class Work>
  auto change(base::UtcTime now, Work&& work)
      -> decltype(work(std::declval<store::Connection&>(), std::declval<audit::Trail&>())) {
    using Out = decltype(work(std::declval<store::Connection&>(), std::declval<audit::Trail&>()));
    return with_connection([&](store::Connection& connection) -> Out {
      std::optional<Out> out;
      const auto done = audit.change(connection, now, [&](audit::Trail& trail) -> base::Status {
        out.emplace(work(connection, trail));
        if (!*out) return tl::unexpected(out->error());
        return {};
      });
      if (!done) return tl::unexpected(done.error());
      return std::move(*out);
    });
  }

  /// `work(connection)` returns a base::Result; for what is no change of settings and leaves no record.
  template <class Work>
  auto transaction(Work&& work) -> decltype(work(std::declval<store::Connection&>())) {
    using Out = decltype(work(std::declval<store::Connection&>()));
    return with_connection([&](store::Connection& connection) -> Out {
      std::optional<Out> out;
      const auto done = connection.transaction([&]() -> base::Status {
        out.emplace(work(connection));
        if (!*out) return tl::unexpected(out->error());
        return {};
      });
      if (!done) return tl::unexpected(done.error());
      return std::move(*out);
    });
  }
};

base::Result<credentials::Entropy> fresh_entropy();
/// The actor of a record, for people and tokens.
audit::Actor actor_of(const access::Principal& who, const Visitor& visitor);
/// unauthenticated, the same for every reason.
tl::unexpected<base::Error> wrong_credentials();
tl::unexpected<base::Error> no_longer_valid();
/// `text` cut to `most` bytes, control characters as spaces: for what strangers send.
std::string plain_line(std::string_view text, std::size_t most);

}  // namespace frontdesk::accounts
