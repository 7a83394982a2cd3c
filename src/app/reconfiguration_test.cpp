#include "app/reconfiguration.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace frontdesk::app {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

config::Trunk trunk(const std::string& name, const std::string& password = "first") {
  config::Trunk out;
  out.name = name;
  out.password = base::Secret(password);
  return out;
}

TEST(Reconfiguration, OnlyWhatChangedIsRegisteredAgain) {
  config::Config before;
  before.all_trunks = {trunk("same"), trunk("renewed"), trunk("gone")};
  config::Config after;
  after.all_trunks = {trunk("new"), trunk("same"), trunk("renewed", "second")};
  const auto changes = trunk_changes(before, after);
  EXPECT_THAT(changes.gone, ElementsAre("gone"));
  EXPECT_THAT(changes.changed, ElementsAre(trunk("new"), trunk("renewed", "second")));
}

TEST(Reconfiguration, NothingChangesNothing) {
  config::Config config;
  config.all_trunks = {trunk("same")};
  EXPECT_THAT(trunk_changes(config, config).gone, IsEmpty());
  EXPECT_THAT(trunk_changes(config, config).changed, IsEmpty());
  EXPECT_THAT(waits_for_restart(config, config), IsEmpty());
}

TEST(Reconfiguration, PortsAndPlacesWaitForTheNextStart) {
  config::Config before, after;
  after.server.sip = *base::parse_endpoint("127.0.0.1:5070");
  after.server.rtp_last = 30000;
  after.server.data = "elsewhere";
  after.recording.format = config::RecordingFormat::opus;
  after.mail.server = "mail.example";
  after.storage.s3_bucket = "calls";
  after.outbound.ca_file = "ca.pem";
  after.retention.calls_days = 30;
  after.limits.max_calls = 99;
  after.server.srtp = config::Srtp::required;
  after.recording.policy = config::RecordingPolicy::ask;
  EXPECT_THAT(waits_for_restart(before, after), ElementsAre("server.sip", "server.rtp", "server.data",
                                                            "recording.format", "storage", "mail", "outbound"));
}

TEST(Reconfiguration, AnotherVersionOrAnotherPassageIsOtherWords) {
  config::Config before;
  before.receptionist = 3;
  before.business.policies = {{"doc_1.0", "Dogs", {"No dogs."}, "No dogs."}};
  auto after = before;
  after.all_trunks = {trunk("new")};
  EXPECT_FALSE(says_otherwise(before, after));
  after.receptionist = 4;
  EXPECT_TRUE(says_otherwise(before, after));
  after = before;
  after.business.policies[0].text = "Dogs are welcome.";
  EXPECT_TRUE(says_otherwise(before, after));
  after.business.policies.clear();
  EXPECT_TRUE(says_otherwise(before, after));
}

}  // namespace
}  // namespace frontdesk::app
