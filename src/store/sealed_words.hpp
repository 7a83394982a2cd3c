// What callers say stands sealed in the database: turns, the names and words of messages, the words of a consent. Each
// is sealed for its place and opens nowhere else. How is not known here.
#pragma once
#include "store/call_records.hpp"
#include "store/sql.hpp"

namespace frontdesk::store {

/// Many threads may use it, each with a connection of its own.
class WordSeal {
 public:
  struct Place {
    std::string_view organisation;
    std::string_view record;
    std::string_view field;  ///< "call_turns.text"
  };
  virtual ~WordSeal() = default;
  virtual base::Result<std::string> seal(Connection& connection, const Place& place, std::string_view plain) const = 0;
  /// data_loss: changed, or sealed for another place.
  virtual base::Result<std::string> open(Connection& connection, const Place& place, std::string_view sealed) const = 0;
};

/// Errors may pass: rows wait rather than being lost, or written in the clear.
base::Status seal_words(Connection& connection, const WordSeal& seal, const std::string& organisation, TurnRow& row);
base::Status seal_words(Connection& connection, const WordSeal& seal, MessageRow& row);
base::Status seal_words(Connection& connection, const WordSeal& seal, const std::string& organisation, ConsentRow& row);

/// Nothing to do where the row is in the clear. failed_precondition if it is sealed and `seal` is null.
base::Status open_words(Connection& connection, const WordSeal* seal, const std::string& organisation, TurnRow& row);
base::Status open_words(Connection& connection, const WordSeal* seal, MessageRow& row);
base::Status open_words(Connection& connection, const WordSeal* seal, const std::string& organisation, ConsentRow& row);

inline constexpr int kSealedAtOnce = 100;
/// What stands in the clear, kSealedAtOnce rows of each table at most, in the caller's transaction; how many there
/// were. 0: all is sealed.
base::Result<int> seal_rows_in_clear(Connection& connection, const WordSeal& seal);

}  // namespace frontdesk::store
