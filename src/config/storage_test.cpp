#include <gtest/gtest.h>

#include "config/config.hpp"
#include "config/usual_variables.hpp"

namespace frontdesk::config {
namespace {

tl::expected<Config, std::vector<ConfigProblem>> read(const std::string& text, const Environment& environment = {}) {
  return parse_config("[business]\nname = \"x\"\n" + text, "t.toml", environment);
}

std::vector<std::string> problems(const std::string& text) {
  std::vector<std::string> keys;
  const auto config = read(text);
  if (!config)
    for (const auto& each : config.error()) keys.push_back(each.key);
  return keys;
}

TEST(Storage, IsTheDataFolderUnlessThereIsABucket) {
  const auto config = read("");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->storage.s3_bucket, "");
  EXPECT_TRUE(read("", {{"FRONTDESK_STORAGE_S3_ACCESS_KEY", "AK"}})) << "keys alone ask for nothing";
}

TEST(Storage, ReadsABucket) {
  const auto config = read(
      "[storage]\ns3_bucket = \"b\"\ns3_endpoint = \"https://minio.lan:9000\"\ns3_access_key = \"AK\"\n"
      "s3_secret_key = \"sk\"\ns3_prefix = \"fd/\"\nspool_gb = 5\nkeep_local_hours = 48\n");
  ASSERT_TRUE(config);
  EXPECT_TRUE(config->storage.s3_path_style);
  EXPECT_EQ(config->storage.s3_secret_key.expose(), "sk");
  EXPECT_EQ(config->storage.spool_gb, 5);
  EXPECT_EQ(config->storage.keep_local_hours, 48);
  const auto amazon =
      read("[storage]\ns3_bucket = \"b\"\ns3_region = \"eu-west-1\"\ns3_access_key = \"AK\"\ns3_secret_key = \"sk\"\n");
  ASSERT_TRUE(amazon);
  EXPECT_FALSE(amazon->storage.s3_path_style);
}

TEST(Storage, NamesWhatIsWrong) {
  using Keys = std::vector<std::string>;
  EXPECT_EQ(problems("[storage]\ns3_bucket = \"b\"\n"), (Keys{"storage.s3_access_key", "storage.s3_secret_key"}));
  EXPECT_EQ(problems("[storage]\ns3_endpoint = \"https://x.example\"\n"), (Keys{"storage.s3_bucket"}));
  for (const auto* endpoint : {"x.example", "https://u:p@x.example", "https://x.example/bucket", "ftp://x.example"})
    EXPECT_EQ(
        problems(std::string(
                     "[storage]\ns3_bucket = \"b\"\ns3_access_key = \"a\"\ns3_secret_key = \"s\"\ns3_endpoint = \"") +
                 endpoint + "\"\n"),
        (Keys{"storage.s3_endpoint"}))
        << endpoint;
  EXPECT_EQ(problems("[storage]\ns3_prefix = \"/x\"\n"), (Keys{"storage.s3_prefix"}));
  EXPECT_EQ(problems("[outbound]\nallowed_private = [\"10.0.0.0/8\", \"lan\"]\n"), (Keys{"outbound.allowed_private"}));
}

TEST(Storage, TakesTheUsualVariables) {
  Environment out;
  add_usual_variables(
      {{"AWS_S3_CONFIG",
        R"({"bucket":"b","region":"eu-1","accessKeyId":"A","secretAccessKey":"S","forcePathStyle":true})"},
       {"AWS_REGION", "eu-2"}},
      out);
  const auto config = read("", out);
  ASSERT_TRUE(config);
  EXPECT_EQ(config->storage.s3_bucket, "b");
  EXPECT_EQ(config->storage.s3_region, "eu-2") << "the single variable wins";
  EXPECT_EQ(config->storage.s3_access_key, "A");
  EXPECT_TRUE(config->storage.s3_path_style);

  Environment other;
  add_usual_variables({{"AWS_REGION", "eu-1"}, {"AWS_ENDPOINT_URL_S3", "https://x.example"}}, other);
  EXPECT_TRUE(read("", other)) << "meant for another program";

  Environment own{{"FRONTDESK_STORAGE_S3_BUCKET", "mine"}};
  add_usual_variables({{"AWS_S3_BUCKET", "theirs"}, {"AWS_ACCESS_KEY_ID", "A"}, {"AWS_SECRET_ACCESS_KEY", "S"}}, own);
  EXPECT_EQ(read("", own)->storage.s3_bucket, "mine");

  Environment damaged;
  add_usual_variables({{"AWS_S3_CONFIG", "bucket=b"}}, damaged);
  const auto refused = read("", damaged);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().front().key.find("AWS_S3_CONFIG"), std::string::npos);
}

TEST(Outbound, ListsPrivateAddresses) {
  const auto config =
      read("[outbound]\nallowed_private = [\"192.168.1.9:9000\", \"fd00::/8\"]\nca_file = \"ca.pem\"\n");
  ASSERT_TRUE(config);
  ASSERT_EQ(config->outbound.allowed_private.size(), 2U);
  EXPECT_EQ(config->outbound.allowed_private[0].network.port, 9000);
  EXPECT_EQ(config->outbound.ca_file, "ca.pem");
}

}  // namespace
}  // namespace frontdesk::config
