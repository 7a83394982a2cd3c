// Tells webhooks of calls and messages, and counts what calls used; each in the transaction of its row.
#pragma once
#include <functional>
#include <map>
#include <string>

#include "store/call_witness.hpp"
#include "webhooks/outbox/outbox.hpp"

namespace frontdesk::outbox {

inline constexpr std::string_view kCallSeconds = "call_seconds";
inline constexpr std::size_t kLongestExcerpt = 2000;  ///< bytes of what was said

class CallNews final : public store::CallWitness {
 public:
  /// `wake`: there may be something to deliver. Any of its functions runs on the store thread alone.
  CallNews(secrets::SecretBox box, std::function<base::UtcTime()> now, std::function<void()> wake)
      : box_(std::move(box)), now_(std::move(now)), wake_(std::move(wake)) {}

  base::Status call_begun(store::Connection& connection, const store::CallRow& call) override;
  base::Status message_taken(store::Connection& connection, const store::MessageRow& message) override;
  base::Status call_ended(store::Connection& connection, const store::CallRow& call) override;
  void turn_taken(const store::TurnRow& turn) override;
  void written() override;

 private:
  base::Status tell(store::Connection& connection, const std::string& organisation, const webhooks::Event& event);

  const secrets::SecretBox box_;
  const std::function<base::UtcTime()> now_;
  const std::function<void()> wake_;
  std::map<std::string, std::string> excerpts_;  ///< by call
  std::string ended_;                            ///< not committed yet
};

}  // namespace frontdesk::outbox
