// The sender's rows, in the database.
#pragma once
#include "store/pool.hpp"
#include "webhooks/outbox/outbox.hpp"
#include "webhooks/sending/sender.hpp"

namespace frontdesk::outbox {

class StoredDeliveries final : public sending::DeliveryRows {
 public:
  /// `worker` names this machine or process in the rows it has taken. `pool` must outlive it.
  StoredDeliveries(store::Pool& pool, secrets::SecretBox box, std::string worker)
      : pool_(pool), box_(std::move(box)), worker_(std::move(worker)) {}

  base::Result<std::vector<sending::Delivery>> claim(base::UtcTime now, base::UtcTime lease_until, int limit,
                                                     const std::set<std::string>& busy) override;
  base::Status record(const sending::Delivery& delivery, const webhooks::Attempt& attempt,
                      const webhooks::Verdict& verdict, base::UtcTime at, base::UtcTime next) override;

 private:
  base::Result<sending::Delivery> opened(store::Connection& connection, const work::Delivery& row, base::UtcTime now);

  store::Pool& pool_;
  const secrets::SecretBox box_;
  const std::string worker_;
};

}  // namespace frontdesk::outbox
