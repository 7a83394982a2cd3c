// The call log for readers: the API and the terminal. Thread-safe: each reader borrows one of a few read-only
// connections, which never wait for the writer.
#pragma once
#include <filesystem>
#include <memory>

#include "base/error.hpp"
#include "store/call_records.hpp"
#include "store/database.hpp"
#include "store/message_rows.hpp"
#include "store/sealed_words.hpp"

namespace frontdesk::store {

inline constexpr int kMaxPage = 200;

class CallLog {
 public:
  /// not_found if there is no database yet. Without `words` what is sealed cannot be read.
  static base::Result<std::unique_ptr<CallLog>> open(const Location& location,
                                                     std::shared_ptr<const WordSeal> words = nullptr);
  ~CallLog();

  /// `limit` is clamped to 1..kMaxPage. invalid_argument for a cursor that is not ours.
  base::Result<CallPage> list(const CallFilter& filter, int limit, const std::string& cursor = {}) const;
  /// not_found if there is no such call. "last" names the newest.
  base::Result<CallRow> call(const std::string& id,
                             const std::string& organisation = std::string(kLocalOrganisation)) const;
  /// Of a call that call() has shown to be the organisation's.
  base::Result<std::vector<TurnRow>> turns(const std::string& call) const;
  /// Newest first; of one call if named.
  base::Result<std::vector<MessageRow>> messages(
      const std::string& call = {}, int limit = kMaxPage,
      const std::string& organisation = std::string(kLocalOrganisation)) const;
  base::Result<MessagePage> message_page(const MessageFilter& filter, int limit,
                                         const std::vector<std::string>& after) const;
  /// In the order they came.
  base::Result<std::vector<ConsentRow>> consents(const std::string& call) const;

  const std::filesystem::path& data_folder() const;
  /// What opens sealed words; may be null.
  const WordSeal* words() const;

 private:
  struct State;
  explicit CallLog(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace frontdesk::store
