// Messages that callers left: read, marked and deleted.
#pragma once
#include "store/call_records.hpp"
#include "store/sealed_words.hpp"

namespace frontdesk::store {

struct MessageFilter {
  std::string organisation{kLocalOrganisation};
  std::string call;    ///< empty: of any
  std::string status;  ///< "new", "read", "done"; empty: any
};

struct MessagePage {
  std::vector<MessageRow> messages;  ///< newest first
  std::vector<std::string> next;     ///< two fields for the following page; empty on the last one
};

/// `words` opens what is sealed; null: only messages in the clear can be read. `after`: empty, or `next` of the page
/// before. `limit` is clamped to 1..kMaxPage.
base::Result<MessagePage> list_messages(Connection& connection, const WordSeal* words, const MessageFilter& filter,
                                        int limit, const std::vector<std::string>& after);
/// not_found.
base::Result<MessageRow> find_message(Connection& connection, const WordSeal* words, const std::string& organisation,
                                      const std::string& id);
base::Result<std::int64_t> count_messages(Connection& connection, const std::string& call);
base::Status set_message_status(Connection& connection, const std::string& organisation, const std::string& id,
                                const std::string& status);
base::Status remove_message(Connection& connection, const std::string& organisation, const std::string& id);

}  // namespace frontdesk::store
