// Delivers webhooks: takes what is due from durable rows, posts it signed, writes down how it went. At least once: a
// delivery that was under way when the program ended is made again. No more than a few at once go to one endpoint, so
// that a slow one does not hold up the others.
#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/protect.hpp"
#include "base/random.hpp"
#include "outbound/client.hpp"
#include "webhooks/schedule.hpp"

namespace frontdesk::sending {

struct Delivery {
  std::string id;        ///< "whd_...": the same at each attempt, for receivers to recognise
  std::string endpoint;  ///< id of the webhook it belongs to
  std::string url;
  std::string event;  ///< "call.ended"
  std::string body;   ///< JSON
  std::vector<base::Secret> secrets;
  int attempts = 0;               ///< so far
  base::UtcTime first_attempt{};  ///< 0: none yet
};

/// The durable rows. Called on the sender's thread, which may block.
class DeliveryRows {
 public:
  virtual ~DeliveryRows() = default;
  /// At most `limit` that are due at `now`, the oldest first, none of `busy` endpoints. They are not due again before
  /// `lease_until`, unless recorded.
  virtual base::Result<std::vector<Delivery>> claim(base::UtcTime now, base::UtcTime lease_until, int limit,
                                                    const std::set<std::string>& busy) = 0;
  /// How an attempt ended. `next`: when it is due again, of Fate::again.
  virtual base::Status record(const Delivery& delivery, const webhooks::Attempt& attempt,
                              const webhooks::Verdict& verdict, base::UtcTime at, base::UtcTime next) = 0;
};

struct SenderOptions {
  int at_once = 32;
  int per_endpoint = 4;
  base::Duration look = base::seconds(5);  ///< for what is due although nobody called wake()
  outbound::Deadlines deadlines{base::seconds(5), base::seconds(10), base::seconds(10), base::seconds(20)};
  std::shared_ptr<const address_guard::Policy> policy;  ///< unset: the client's
};

class Sender {
 public:
  /// Both must outlive it.
  Sender(outbound::Client& client, DeliveryRows& rows, SenderOptions options);
  ~Sender();  ///< what is under way is cancelled, and due again when its lease ends

  /// Something may be due now. Any thread.
  void wake();

  struct Counts {
    std::uint64_t delivered = 0, failed = 0, dead = 0, row_errors = 0;
    int under_way = 0;
  };
  Counts counts() const;

 private:
  struct Inbox;
  class Posting;
  struct Done {
    Delivery delivery;
    webhooks::Attempt attempt;
  };

  void run();
  bool take_due(base::Instant now);
  void post(Delivery delivery);
  void finish(const Done& done);

  outbound::Client& client_;
  DeliveryRows& rows_;
  const SenderOptions options_;
  std::shared_ptr<Inbox> inbox_;
  // Of the thread alone.
  std::map<std::string, base::RequestId> under_way_;  ///< by delivery
  std::map<std::string, int> per_endpoint_;
  base::Instant look_at_{};
  base::Random random_;
  std::thread thread_;
};

}  // namespace frontdesk::sending
