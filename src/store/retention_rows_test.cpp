#include "store/retention_rows.hpp"

#include <gtest/gtest.h>

#include "store/call_writer.hpp"
#include "store/message_rows.hpp"
#include "store/test_databases/two_organisations.hpp"

namespace frontdesk::store {
namespace {

using Text = base::Pii<std::string>;

class RetentionRows : public test_databases::TwoOrganisations {
 protected:
  void add_call(const std::string& id, base::UtcTime at, bool over, const std::string& machine = "") {
    CallWriter writer(*connection, machine);
    CallRow row;
    row.id = id;
    row.started_at = at;
    row.status = CallStatus::in_progress;
    row.journal = "journals/" + id;
    ASSERT_TRUE(writer.begin(row));
    TurnRow turn;
    turn.call = id;
    turn.text = Text("words");
    ASSERT_TRUE(writer.add_turn(turn));
    MessageRow message;
    message.id = "msg_" + id;
    message.call = id;
    message.taken_at = at;
    ASSERT_TRUE(writer.add_message(message));
    row.status = CallStatus::answered;
    if (over) {
      ASSERT_TRUE(writer.finish(row));
    }
  }
  static std::string ids(const base::Result<std::vector<CallRow>>& calls) {
    std::string out;
    for (const auto& call : *calls) out += call.id + " ";
    return out;
  }
};

INSTANTIATE_TEST_SUITE_P(On, RetentionRows,
                         ::testing::Values(test_databases::Kind::sqlite, test_databases::Kind::postgres),
                         test_databases::KindName());

}  // namespace

TEST_P(RetentionRows, CallsThatAreOldAndOverAndOfTheMachineAreFound) {
  add_call("call_old", kNow, true);
  add_call("call_older", later(kNow, -10), true);
  add_call("call_on", kNow, false);
  add_call("call_elsewhere", kNow, true, "machine_b");
  add_call("call_young", later(kNow, 100), true);
  EXPECT_EQ(ids(calls_before(*connection, "", later(kNow, 50))), "call_older call_old ");
  EXPECT_EQ(ids(calls_with_words_before(*connection, "", later(kNow, 50))), "call_older call_old ");
  EXPECT_EQ(ids(calls_before(*connection, "machine_b", later(kNow, 50))), "call_elsewhere ");
  ASSERT_TRUE(forget_words(*connection, "call_old"));
  EXPECT_EQ(ids(calls_with_words_before(*connection, "", later(kNow, 50))), "call_older ");
  EXPECT_EQ(connection->run("SELECT COUNT(*) FROM call_turns WHERE call = 'call_old'")->front().integer(0), 0);
  EXPECT_EQ(connection->run("SELECT journal FROM calls WHERE id = 'call_old'")->front().text(0), "");
}

TEST_P(RetentionRows, MessagesGoInBatches) {
  for (int i = 0; i < kRetentionBatch + 5; ++i) add_call("call_" + std::to_string(i), kNow, true);
  add_call("call_young", later(kNow, 100), true);
  EXPECT_EQ(*forget_messages_before(*connection, later(kNow, 50)), kRetentionBatch);
  EXPECT_EQ(*forget_messages_before(*connection, later(kNow, 50)), 5);
  EXPECT_EQ(*forget_messages_before(*connection, later(kNow, 50)), 0);
}

TEST_P(RetentionRows, APolicyIsTheOrganisationsOwn) {
  EXPECT_EQ(*retention_policy(*connection, kOurs), std::nullopt);
  ASSERT_TRUE(set_retention_policy(*connection, kOurs, {1, 2, 3}, kNow));
  ASSERT_TRUE(set_retention_policy(*connection, kOurs, {4, 5, 6}, kNow));
  EXPECT_EQ(**retention_policy(*connection, kOurs), (RetentionPolicy{4, 5, 6}));
  EXPECT_EQ(*retention_policy(*connection, kOther), std::nullopt);
}

}  // namespace frontdesk::store
