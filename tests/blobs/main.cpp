// The contract of blob stores against the S3 service that the environment names, and what is S3's own.
#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "blobs/contract_test.hpp"
#include "blobs/s3/s3_store.hpp"
#include "blobs/spool/spooled_store.hpp"

namespace frontdesk::blobs {
namespace {

constexpr std::size_t kPart = 5 * 1024 * 1024;

std::string setting(const char* name, const char* otherwise = "") {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : value;
}

s3::S3Options options_from_environment() {
  s3::S3Options options;
  options.endpoint = setting("S3_ENDPOINT");
  options.bucket = setting("S3_BUCKET");
  options.credentials = {setting("S3_ACCESS_KEY"), base::Secret(setting("S3_SECRET_KEY")),
                         base::Secret(setting("S3_TOKEN"))};
  options.path_style = setting("S3_STYLE", "path") == "path";
  options.part_bytes = kPart;
  options.attempts = 3;
  options.backoff = {base::milliseconds(10), base::milliseconds(50)};
  return options;
}

class S3Fixture {
 public:
  explicit S3Fixture(s3::S3Options options = options_from_environment()) {
    static int number = 0;
    outbound::ClientOptions client;
    client.policy.allowed.push_back(*address_guard::parse_allowed("127.0.0.0/8"));
    client.lookup = [](const std::string&, std::uint16_t port) -> base::Result<std::vector<base::Endpoint>> {
      return std::vector{*base::parse_address("127.0.0.1", port)};
    };
    client_ = std::move(*outbound::start_client(client));
    options.prefix = "run-" + std::to_string(::getpid()) + "/" + std::to_string(++number) + "/";
    store_ = std::move(*s3::S3Store::create(*client_, options));
  }
  s3::S3Store& store() { return *store_; }
  std::size_t large() const { return 2 * kPart + 12'345; }

 private:
  std::unique_ptr<outbound::Client> client_;
  std::unique_ptr<s3::S3Store> store_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(S3, BlobStoreContract, S3Fixture);

class BreakingSource : public TextSource {
 public:
  BreakingSource(std::string text, std::size_t good) : TextSource(std::move(text)), left_(good) {}
  base::Result<std::string> read(std::size_t room) override {
    if (left_ == 0) return base::fail(base::ErrorCode::unavailable, "test", "broken off", base::Retry::later);
    room = std::min(room, left_);
    left_ -= room;
    return TextSource::read(room);
  }

 private:
  std::size_t left_;
};

TEST(S3Service, TheBucketAnswers) {
  S3Fixture fixture;
  const auto good = fixture.store().check();
  EXPECT_TRUE(good) << (good ? "" : good.error().message);
}

TEST(S3Service, ABrokenUploadIsContinued) {
  S3Fixture fixture;
  const auto content = noise(fixture.large(), 4);
  PutOptions options;
  options.began = [&](const std::string& upload) { options.resume = upload; };
  BreakingSource broken(content, kPart + 1000);
  EXPECT_FALSE(fixture.store().put("resumed", broken, options));
  ASSERT_FALSE(options.resume.empty());
  const auto first = options.resume;
  TextSource whole(content);
  const auto written = fixture.store().put("resumed", whole, options);
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(options.resume, first) << "no second upload was begun";
  EXPECT_EQ(written->sha256, crypto::sha256(content));
  std::string read;
  while (read.size() < content.size()) read += fixture.store().get("resumed", read.size(), kLongestRead).value();
  EXPECT_TRUE(read == content);
}

TEST(S3Service, WhatWasChangedMeanwhileIsSentAgain) {
  S3Fixture fixture;
  PutOptions options;
  options.began = [&](const std::string& upload) { options.resume = upload; };
  BreakingSource broken(noise(fixture.large(), 4), kPart + 1000);
  EXPECT_FALSE(fixture.store().put("changed", broken, options));
  const auto content = noise(fixture.large(), 5);
  TextSource whole(content);
  ASSERT_TRUE(fixture.store().put("changed", whole, options));
  EXPECT_TRUE(fixture.store().get("changed", 0, 1000).value() == content.substr(0, 1000));
}

TEST(S3Service, AForgottenUploadIsBegunAnew) {
  S3Fixture fixture;
  PutOptions options;
  options.began = [&](const std::string& upload) { options.resume = upload; };
  const auto content = noise(fixture.large(), 6);
  BreakingSource broken(content, kPart + 1000);
  EXPECT_FALSE(fixture.store().put("anew", broken, options));
  EXPECT_TRUE(fixture.store().abandon("anew", options.resume));
  EXPECT_TRUE(fixture.store().abandon("anew", options.resume));
  TextSource whole(content);
  EXPECT_TRUE(fixture.store().put("anew", whole, options));
}

TEST(S3Service, WrongKeysAreRefusedAndNotTriedAgain) {
  for (const bool secret : {true, false}) {
    auto options = options_from_environment();
    if (secret) options.credentials.secret_key = base::Secret("wrong");
    if (!secret) options.credentials.access_key = "AKNOBODY";
    S3Fixture fixture(options);
    TextSource source("x");
    const auto written = fixture.store().put("k", source, {});
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, base::ErrorCode::permission_denied) << written.error().message;
    EXPECT_EQ(written.error().retry, base::Retry::never);
    EXPECT_EQ(written.error().message.find("wrong"), std::string::npos);
  }
}

TEST(S3Service, AMissingBucketIsNotAMissingBlob) {
  auto options = options_from_environment();
  options.bucket = "no-such-bucket";
  S3Fixture fixture(options);
  EXPECT_EQ(fixture.store().get("k", 0, 1).error().code, base::ErrorCode::failed_precondition);
  TextSource source("x");
  EXPECT_FALSE(fixture.store().put("k", source, {}));
}

/// The service is away when this begins; whoever runs it starts the service once "spooled" is printed.
TEST(Outage, NothingIsLost) {
  const auto folder = std::filesystem::temp_directory_path() / ("outage-" + std::to_string(::getpid()));
  S3Fixture fixture;
  spool::SpoolOptions options{folder};
  options.keep_free = 0;
  options.backoff = {base::milliseconds(50), base::milliseconds(500)};
  auto store = std::move(*spool::SpooledStore::open(fixture.store(), options, [&] { fixture.store().stop(); }));
  const auto large = noise(fixture.large(), 8);
  TextSource source(large);
  ASSERT_TRUE(store->put("large", source, {}));
  for (int i = 0; i < 100; ++i) {
    TextSource small("small " + std::to_string(i));
    ASSERT_TRUE(store->put("small/" + std::to_string(i), small, {}));
  }
  EXPECT_EQ(store->status().waiting, 101);
  std::cout << "spooled" << std::endl;
  ASSERT_TRUE(store->wait_until_sent(base::seconds(120))) << store->status().last_error;
  EXPECT_GT(store->status().failures, 0U);
  EXPECT_EQ(fixture.store().get("small/99", 0, 100).value(), "small 99");
  EXPECT_TRUE(fixture.store().get("large", 0, 100'000).value() == large.substr(0, 100'000));
  EXPECT_EQ(fixture.store().head("large")->size, large.size());
  store.reset();
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace frontdesk::blobs

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
