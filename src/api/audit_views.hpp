// The audit log as the API shows it.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "api/call_queries.hpp"
#include "json/codec.hpp"
#include "rest/paging.hpp"

namespace frontdesk::api {

struct AuditQuery {
  std::optional<std::string> who;
  std::optional<std::string> action;
  std::optional<std::string> subject;
  std::optional<When> from;
  std::optional<When> to;
  std::int64_t limit = rest::kUsualPage;
  std::optional<std::string> cursor;
};
BOOST_DESCRIBE_STRUCT(AuditQuery, (), (who, action, subject, from, to, limit, cursor))
constexpr auto about(const AuditQuery*) {
  return json::about("AuditQuery", "",
                     Note{.member = "who", .text = "Id of a person or token.", .min_length = 1, .max_length = 100},
                     Note{.member = "action",
                          .text = "One action, \"keys.rotated\", or with a dot at its end all of a kind: \"keys.\".",
                          .min_length = 1,
                          .max_length = 100,
                          .pattern = "[a-z_]+[.]?[a-z_]*"},
                     Note{.member = "subject", .text = "Id of what was changed.", .min_length = 1, .max_length = 200},
                     Note{.member = "from", .text = "Not earlier."}, Note{.member = "to", .text = "Earlier."},
                     rest::kLimitNote, rest::kCursorNote);
}

struct AuditChangeView {
  std::string field;
  std::string before;
  std::string after;
};
BOOST_DESCRIBE_STRUCT(AuditChangeView, (), (field, before, after))
constexpr auto about(const AuditChangeView*) {
  return json::about("AuditChange", "One field; of secrets the last four characters at most.");
}

struct AuditRecordView {
  std::int64_t sequence = 0;
  base::UtcTime at;
  std::string who;
  std::string who_name;
  std::string address;
  std::string action;
  std::string subject;
  std::vector<AuditChangeView> changes;
};
BOOST_DESCRIBE_STRUCT(AuditRecordView, (), (sequence, at, who, who_name, address, action, subject, changes))
constexpr auto about(const AuditRecordView*) {
  return json::about(
      "AuditRecord", "Who changed what.", Note{.member = "sequence", .text = "Its number in the chain."},
      Note{.member = "who", .text = "Id of a person or token, system, or operator (the command line)."},
      Note{.member = "who_name", .text = "E-mail address of a person who is still in the team; else empty."},
      Note{.member = "subject", .text = "Id of what was changed."});
}

struct AuditPageView {
  std::vector<AuditRecordView> records;
  std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(AuditPageView, (), (records, next_cursor))
constexpr auto about(const AuditPageView*) {
  return json::about("AuditPage", "The newest first.", Note{.member = "next_cursor", .text = "null: the end."});
}

struct AuditFindingView {
  std::int64_t sequence = 0;
  std::string words;
};
BOOST_DESCRIBE_STRUCT(AuditFindingView, (), (sequence, words))
constexpr auto about(const AuditFindingView*) {
  return json::about("AuditFinding", "Something that is wrong with the log.",
                     Note{.member = "sequence", .text = "Of the record."});
}

struct AuditProofView {
  bool whole = false;
  std::int64_t records = 0;
  base::UtcTime checked_at;
  std::vector<AuditFindingView> findings;
};
BOOST_DESCRIBE_STRUCT(AuditProofView, (), (whole, records, checked_at, findings))
constexpr auto about(const AuditProofView*) {
  return json::about("AuditProof", "Every record read just now, against its chain and its anchor.",
                     Note{.member = "records", .text = "Of all organisations of this installation."},
                     Note{.member = "findings", .text = "At most 100; none: nobody touched the log."});
}

}  // namespace frontdesk::api
