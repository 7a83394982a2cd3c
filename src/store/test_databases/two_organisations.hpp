// What most suites of repositories begin with: a database with two organisations, so that each can be seen to get no
// row of the other.
#pragma once
#include <gtest/gtest.h>

#include "store/test_databases/test_databases.hpp"

namespace frontdesk::test_databases {

class TwoOrganisations : public ::testing::TestWithParam<Kind> {
 protected:
  TwoOrganisations() {
    const auto made = connection->write("INSERT INTO organisations (id, name, created_at) VALUES (?, ?, ?)",
                                        {kOther, std::string("Others"), std::int64_t{0}});
    EXPECT_TRUE(made) << made.error().message;
  }
  const std::string kOurs = "org_local";  ///< made by the first migration
  const std::string kOther = "org_other";
  const base::UtcTime kNow{1'790'000'000'000};

  static base::UtcTime later(base::UtcTime than, std::int64_t seconds) { return {than.unix_ms + 1000 * seconds}; }

  TestDatabase database{GetParam()};
  std::unique_ptr<store::Connection> connection = database.open();
};

/// The code of an error, or nothing.
template <class T>
std::optional<base::ErrorCode> code_of(const base::Result<T>& result) {
  return result ? std::nullopt : std::optional(result.error().code);
}

}  // namespace frontdesk::test_databases
