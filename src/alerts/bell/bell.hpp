// Tells of alerts: in the database, to webhooks, by mail. The row and the webhooks' deliveries are one transaction.
// What cannot be written now is written when the database is back; mail goes out meanwhile, to whom it knew before.
#pragma once
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "alerts/watch.hpp"
#include "notify/mail.hpp"
#include "store/pool.hpp"
#include "vault/secrets/secret_box.hpp"

namespace frontdesk::bell {

inline constexpr std::size_t kMostPending = 200;

struct Options {
  std::string organisation;
  std::string name = "Frontdesk";  ///< in the subject of mails
  std::string url;                 ///< of the page; in mails
  /// Who gets mail.
  std::function<base::Result<std::vector<std::string>>(store::Connection&)> recipients;
  std::function<void()> wake;  ///< there may be something to deliver
};

/// On one thread.
class Bell {
 public:
  /// `pool` and `mailer` must outlive it.
  Bell(store::Pool& pool, secrets::SecretBox box, notify::Mailer& mailer, Options options)
      : pool_(pool), box_(std::move(box)), mailer_(mailer), options_(std::move(options)) {}

  /// What an earlier run of the program left unresolved, of the kinds that a watch knows.
  base::Result<std::vector<alerts::Trouble>> unresolved();
  /// Takes changes on, and writes down all it can.
  void ring(const std::vector<alerts::Change>& changes, base::UtcTime now);
  std::size_t pending() const { return pending_.size(); }

 private:
  struct Pending {
    alerts::Change change;
    base::UtcTime at;
    bool mailed = false;
  };
  base::Status write_down();
  base::Result<bool> write(store::Connection& connection, const Pending& pending);
  void mail(const Pending& pending);

  store::Pool& pool_;
  const secrets::SecretBox box_;
  notify::Mailer& mailer_;
  const Options options_;
  std::deque<Pending> pending_;
  std::vector<std::string> recipients_;
};

}  // namespace frontdesk::bell
