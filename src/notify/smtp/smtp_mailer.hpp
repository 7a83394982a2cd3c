// Sends mail by SMTP (RFC 5321) with libcurl, on a thread of its own. Mails wait in a bounded queue; what fails for now
// is tried again a few times, then dropped and counted. Waiting mails are lost when the program stops: their links can
// be asked for again.
#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "notify/mail.hpp"

namespace frontdesk::smtp {

inline constexpr std::size_t kMostWaiting = 200;

enum class Encryption {
  starttls,  ///< a server that does not offer it gets neither password nor mail
  implicit,  ///< TLS from the first byte
  none,      ///< for a server on this machine
};

struct Settings {
  std::string host;
  std::uint16_t port = 587;
  Encryption encryption = Encryption::starttls;
  std::string user;  ///< empty: without signing in
  base::Secret password;
  notify::Sender from;
  std::string certificates;  ///< file of authorities; empty: the system's
  base::Duration deadline = base::seconds(30);
  std::vector<base::Duration> retries{base::seconds(30), std::chrono::minutes(5), std::chrono::minutes(30)};
};

/// One mail, now; blocks up to the deadline. unavailable, later: may work another time; others will not. The message
/// tells what the server said, without addresses.
base::Status deliver(const Settings& settings, const notify::Mail& mail);

class SmtpMailer final : public notify::Mailer {
 public:
  explicit SmtpMailer(Settings settings);
  ~SmtpMailer() override;
  SmtpMailer(const SmtpMailer&) = delete;
  SmtpMailer& operator=(const SmtpMailer&) = delete;

  base::Status send(notify::Mail mail) override;

  std::uint64_t sent() const { return sent_; }
  std::uint64_t dropped() const { return dropped_; }
  /// Why the last attempt failed; empty if it did not.
  std::string last_problem() const;

 private:
  struct Waiting {
    notify::Mail mail;
    std::size_t failures = 0;
    base::Instant not_before;
  };
  void loop();
  void finish(Waiting waiting, const base::Status& status);

  const Settings settings_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Waiting> queue_;
  std::string problem_;
  bool stopping_ = false;
  std::atomic<std::uint64_t> sent_{0};
  std::atomic<std::uint64_t> dropped_{0};
  std::thread thread_;
};

}  // namespace frontdesk::smtp
