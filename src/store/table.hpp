// A table whose row a struct describes once, so that no repository repeats its columns. Such a Record has
//
//     static constexpr std::string_view kTable = "webhooks";
//     static constexpr std::string_view kNoun = "webhook";          // in "there is no such webhook"
//     template <class Self, class Visit>
//     static void columns(Self& self, Visit&& visit) { visit("id", self.id); ... }
//
// with members of the types of column_value.hpp, among them `id` and `organisation`.
#pragma once
#include <algorithm>
#include <string>
#include <vector>

#include "store/column_value.hpp"

namespace frontdesk::store {

inline constexpr int kLongestList = 200;  ///< rows of one page

/// Newest first. Hand `next` back for the following page; empty on the last one.
template <class Record>
struct Page {
  std::vector<Record> rows;
  std::string next;
};

/// "a, b, c"
template <class Record>
const std::string& columns_of() {
  static const std::string kNames = [] {
    std::string names;
    Record record;
    Record::columns(record, [&](std::string_view name, const auto&) {
      if (!names.empty()) names += ", ";
      names += name;
    });
    return names;
  }();
  return kNames;
}

template <class Record>
std::vector<Value> values_of_record(const Record& record) {
  std::vector<Value> values;
  Record::columns(record, [&](std::string_view, const auto& member) { values.push_back(to_column(member)); });
  return values;
}

/// Of a row that was selected with columns_of().
template <class Record>
Record record_of(const Row& row) {
  Record record;
  std::size_t column = 0;
  Record::columns(record, [&](std::string_view, auto& member) { from_column(row, column++, member); });
  return record;
}

template <class Record>
std::vector<Record> records_of(const Rows& rows) {
  std::vector<Record> records;
  records.reserve(rows.size());
  for (const auto& row : rows) records.push_back(record_of<Record>(row));
  return records;
}

/// "INSERT INTO t (a, b) VALUES (?, ?)"
template <class Record>
const std::string& insert_statement() {
  static const std::string kStatement =
      insert_into(Record::kTable, columns_of<Record>(), values_of_record(Record()).size());
  return kStatement;
}

/// Rows of one table, each of one organisation: no function finds another organisation's.
template <class Record>
class Table {
 public:
  explicit Table(Connection& connection) : connection_(connection) {}

  /// already_exists; failed_precondition if what it refers to is not there.
  base::Status add(const Record& record) {
    return connection_.write(insert_statement<Record>(), values_of_record(record));
  }

  /// not_found.
  base::Result<Record> find(const std::string& organisation, const std::string& id) const {
    return one("organisation = ? AND id = ?", {organisation, id});
  }

  base::Result<Page<Record>> list(const std::string& organisation, int limit, const std::string& after = {}) const {
    return page("organisation = ?", {organisation}, limit, after);
  }

  /// For Records with a `version`: writes all but id, organisation and created_at, if the row's version is still the
  /// record's; returns the record with the next one. aborted if somebody else has changed it; not_found.
  base::Result<Record> replace(Record record) {
    std::string sets;
    std::vector<Value> values;
    Record::columns(record, [&](std::string_view name, const auto& member) {
      if (name == "id" || name == "organisation" || name == "created_at" || name == "version") return;
      sets += std::string(name) + " = ?, ";
      values.push_back(to_column(member));
    });
    values.insert(values.end(), {record.organisation, record.id, record.version});
    auto done = connection_.write("UPDATE " + std::string(Record::kTable) + " SET " + sets +
                                      "version = version + 1 WHERE organisation = ? AND id = ? AND version = ?",
                                  values);
    if (!done) return tl::unexpected(done.error());
    if (connection_.changed() == 1) {
      ++record.version;
      return record;
    }
    if (const auto there = find(record.organisation, record.id); !there) return there;
    return changed_meanwhile(Record::kNoun);
  }

  /// not_found.
  base::Status remove(const std::string& organisation, const std::string& id) {
    auto done = connection_.write("DELETE FROM " + std::string(Record::kTable) + " WHERE organisation = ? AND id = ?",
                                  {organisation, id});
    if (!done || connection_.changed() == 1) return done;
    return no_such(Record::kNoun);
  }

 protected:
  base::Result<std::vector<Record>> select(const std::string& condition, const std::vector<Value>& values) const {
    const auto rows = connection_.run(
        "SELECT " + columns_of<Record>() + " FROM " + std::string(Record::kTable) + " WHERE " + condition, values);
    if (!rows) return tl::unexpected(rows.error());
    return records_of<Record>(*rows);
  }

  base::Result<Record> one(const std::string& condition, const std::vector<Value>& values) const {
    auto records = select(condition, values);
    if (!records) return tl::unexpected(records.error());
    if (records->empty()) return no_such(Record::kNoun);
    return std::move(records->front());
  }

  base::Result<Page<Record>> page(std::string condition, std::vector<Value> values, int limit,
                                  const std::string& after) const {
    const int wanted = std::clamp(limit, 1, kLongestList);
    if (!after.empty()) {
      condition += " AND id < ?";
      values.emplace_back(after);
    }
    values.emplace_back(std::int64_t{wanted + 1});
    auto records = select(condition + " ORDER BY id DESC LIMIT ?", values);
    if (!records) return tl::unexpected(records.error());
    Page<Record> found{std::move(*records), {}};
    if (found.rows.size() > static_cast<std::size_t>(wanted)) {
      found.rows.pop_back();
      found.next = found.rows.back().id;
    }
    return found;
  }

  /// For a statement that must change one row: `otherwise` if it did not.
  base::Status changed_one(const base::Status& done, tl::unexpected<base::Error> otherwise) const {
    if (!done || connection_.changed() == 1) return done;
    return otherwise;
  }

  Connection& connection_;
};

}  // namespace frontdesk::store
