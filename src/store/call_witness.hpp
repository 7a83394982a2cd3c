// Port: who is told of what a call leaves behind, in the transaction that writes it. On the store thread.
#pragma once
#include "store/call_records.hpp"
#include "store/sql.hpp"

namespace frontdesk::store {

class CallWitness {
 public:
  virtual ~CallWitness() = default;
  /// An error that may be tried again takes the row with it, and both are written later; with another one the row is
  /// written alone.
  virtual base::Status call_begun(Connection& connection, const CallRow& call) = 0;
  virtual base::Status message_taken(Connection& connection, const MessageRow& message) = 0;
  virtual base::Status call_ended(Connection& connection, const CallRow& call) = 0;
  /// As it was said; the row may be sealed.
  virtual void turn_taken(const TurnRow& turn) = 0;
  /// After a commit that told of something.
  virtual void written() = 0;
};

}  // namespace frontdesk::store
