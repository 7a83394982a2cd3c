#include "blobs/spool/spooled_store.hpp"

#include <atomic>
#include <fstream>

#include "blobs/contract_test.hpp"

namespace frontdesk::spool {
using namespace blobs;  // of the contract, whose suite is instantiated here
namespace {

namespace fs = std::filesystem;

fs::path new_folder() {
  static int number = 0;
  auto path = fs::temp_directory_path() / ("spool-" + std::to_string(::getpid()) + "-" + std::to_string(++number));
  fs::remove_all(path);
  return path;
}

/// A remote store in memory that can be away.
class Remote : public BlobStore {
 public:
  base::Result<Written> put(const std::string& key, Source& source, const PutOptions& options) override {
    ++puts;
    if (options.began) options.began("upload-1");
    resumed = options.resume;
    if (before_put) before_put();
    if (away) return gone();
    auto content = read_fully(source, 100'000'000);
    if (!content) return tl::unexpected(content.error());
    const std::lock_guard lock(mutex);
    all[key] = *content;
    return Written{content->size(), crypto::sha256(*content)};
  }
  base::Result<std::string> get(const std::string& key, std::uint64_t offset, std::size_t length) override {
    if (auto good = check_key(key); !good) return tl::unexpected(good.error());
    const std::lock_guard lock(mutex);
    if (away) return gone();
    if (!all.contains(key)) return base::fail(base::ErrorCode::not_found, "test", "none");
    if (offset > all[key].size()) return base::fail(base::ErrorCode::out_of_range, "test", "beyond");
    return all[key].substr(offset, length);
  }
  base::Result<Info> head(const std::string& key) override {
    if (auto good = check_key(key); !good) return tl::unexpected(good.error());
    const std::lock_guard lock(mutex);
    if (away) return gone();
    if (!all.contains(key)) return base::fail(base::ErrorCode::not_found, "test", "none");
    return Info{all[key].size(), {}};
  }
  base::Status remove(const std::string& key) override {
    const std::lock_guard lock(mutex);
    if (away) return gone();
    all.erase(key);
    return {};
  }
  base::Result<Page> list(const std::string& prefix, const std::string& after, int limit) override {
    const std::lock_guard lock(mutex);
    if (away) return gone();
    Page page;
    for (const auto& [key, content] : all) {
      if (!key.starts_with(prefix) || key <= after) continue;
      page.more = page.blobs.size() == static_cast<std::size_t>(limit);
      if (page.more) break;
      page.blobs.push_back({key, content.size()});
    }
    return page;
  }
  base::Status abandon(const std::string& key, const std::string& upload) override {
    const std::lock_guard lock(mutex);
    if (away) return gone();
    abandoned.push_back(key + " " + upload);
    return {};
  }
  static tl::unexpected<base::Error> gone() {
    return base::fail(base::ErrorCode::unavailable, "test", "the service is away", base::Retry::later);
  }

  std::atomic<bool> away{false};
  std::atomic<int> puts{0};
  std::function<void()> before_put;
  std::string resumed;
  std::vector<std::string> abandoned;
  std::mutex mutex;
  std::map<std::string, std::string> all;
};

class SpoolFixture {
 public:
  explicit SpoolFixture(bool away = false) {
    options_.folder = new_folder();
    options_.keep_free = 0;
    options_.backoff = {base::milliseconds(1), base::milliseconds(20)};
    remote_.away = away;
    reopen();
  }
  ~SpoolFixture() {
    store_.reset();
    fs::remove_all(options_.folder);
  }
  void reopen() {
    store_.reset();
    store_ = std::move(*SpooledStore::open(remote_, options_));
  }
  SpooledStore& store() { return *store_; }
  Remote& remote() { return remote_; }
  SpoolOptions& options() { return options_; }
  std::size_t large() const { return 5'000'000; }
  void put(const std::string& key, std::string content) {
    TextSource source(std::move(content));
    EXPECT_TRUE(store_->put(key, source, {}));
  }

 private:
  Remote remote_;
  SpoolOptions options_;
  std::unique_ptr<SpooledStore> store_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(Spooled, BlobStoreContract, SpoolFixture);

constexpr base::Duration kLong = base::seconds(20);

TEST(SpooledStore, WhatIsRemovedWhileItIsUploadedLeavesNoPartsBehind) {
  SpoolFixture fixture(true);
  // Removed in the middle of the upload, and restarted before that could be given up.
  std::atomic<bool> removed{false};
  fixture.remote().before_put = [&] {
    if (removed.exchange(true)) return;
    EXPECT_TRUE(fixture.store().remove("k"));
  };
  fixture.put("k", "abc");
  while (fixture.store().status().failures == 0) std::this_thread::yield();
  fixture.reopen();
  fixture.remote().away = false;
  fixture.store().hurry();
  ASSERT_TRUE(fixture.store().wait_until_sent(kLong));
  EXPECT_EQ(fixture.remote().abandoned, std::vector<std::string>{"k upload-1"});
  EXPECT_TRUE(fixture.remote().all.empty());
}

TEST(SpooledStore, SendsWhatItIsToldToSend) {
  SpoolFixture fixture(true);
  fixture.options().on_the_way = [](const std::string& key, std::uint64_t offset, std::string& bytes) {
    if (key == "k" && offset == 0) bytes[0] = '-';
  };
  fixture.reopen();
  fixture.put("k", "abc");
  fixture.put("l", "abc");
  EXPECT_EQ(*fixture.store().get("k", 0, 10), "abc");
  fixture.remote().away = false;
  ASSERT_TRUE(fixture.store().wait_until_sent(kLong));
  EXPECT_EQ(fixture.remote().all["k"], "-bc");
  EXPECT_EQ(fixture.remote().all["l"], "abc");
}

TEST(SpooledStore, AnOutageLosesNothing) {
  SpoolFixture fixture(true);
  for (int i = 0; i < 50; ++i) fixture.put("k" + std::to_string(i), std::to_string(i));
  EXPECT_FALSE(fixture.store().wait_until_sent(base::milliseconds(50)));
  auto status = fixture.store().status();
  EXPECT_EQ(status.waiting, 50);
  EXPECT_EQ(status.last_error, "the service is away");
  EXPECT_EQ(*fixture.store().get("k7", 0, 10), "7") << "readable meanwhile";
  fixture.reopen();
  EXPECT_EQ(fixture.store().status().waiting, 50) << "after a restart, too";
  fixture.remote().away = false;
  fixture.store().hurry();
  ASSERT_TRUE(fixture.store().wait_until_sent(kLong));
  EXPECT_EQ(fixture.remote().all.size(), 50U);
  EXPECT_EQ(fixture.remote().all["k49"], "49");
  status = fixture.store().status();
  EXPECT_EQ(status.bytes, 0U);
  EXPECT_EQ(status.last_error, "");
  EXPECT_TRUE(fs::is_empty(fixture.options().folder / "notes") || !fixture.store().status().waiting);
}

TEST(SpooledStore, ARemovalWaitsToo) {
  SpoolFixture fixture;
  fixture.put("k", "x");
  ASSERT_TRUE(fixture.store().wait_until_sent(kLong));
  fixture.remote().away = true;
  EXPECT_TRUE(fixture.store().remove("k"));
  EXPECT_EQ(fixture.store().get("k", 0, 1).error().code, base::ErrorCode::not_found);
  fixture.reopen();
  EXPECT_EQ(fixture.store().head("k").error().code, base::ErrorCode::not_found);
  fixture.remote().away = false;
  fixture.store().hurry();
  ASSERT_TRUE(fixture.store().wait_until_sent(kLong));
  EXPECT_TRUE(fixture.remote().all.empty());
}

TEST(SpooledStore, APutDuringItsOwnUploadIsSentAfterIt) {
  SpoolFixture fixture(true);
  std::atomic<bool> once{false};
  fixture.remote().before_put = [&] {
    if (!once.exchange(true)) fixture.put("k", "new");
  };
  fixture.put("k", "old");
  fixture.remote().away = false;
  fixture.store().hurry();
  ASSERT_TRUE(fixture.store().wait_until_sent(kLong));
  EXPECT_EQ(fixture.remote().all["k"], "new");
  EXPECT_GE(fixture.remote().puts, 2);
}

TEST(SpooledStore, AnUploadIsContinuedAfterARestart) {
  SpoolFixture fixture(true);
  fixture.put("k", "x");
  while (fixture.store().status().failures == 0) std::this_thread::yield();
  fixture.reopen();
  fixture.remote().away = false;
  fixture.store().hurry();
  ASSERT_TRUE(fixture.store().wait_until_sent(kLong));
  EXPECT_EQ(fixture.remote().resumed, "upload-1");
}

TEST(SpooledStore, ADamagedNoteLosesNoBlob) {
  SpoolFixture fixture(true);
  fixture.put("k", "x");
  for (const auto* note : {"", "{", "{}", "[1]", R"({"removal":true})", R"({"removal":true,"content_type":1})"}) {
    std::ofstream(fixture.options().folder / "notes" / "k") << note;
    fixture.reopen();
    EXPECT_EQ(fixture.store().get("k", 0, 1).value_or("(lost)"), "x") << note;
  }
}

TEST(SpooledStore, WhatWasNeverAcknowledgedIsRemoved) {
  SpoolFixture fixture(true);
  fixture.put("k", "x");
  std::ofstream(fixture.options().folder / "blobs" / "orphan") << "half";
  fixture.reopen();
  EXPECT_FALSE(fs::exists(fixture.options().folder / "blobs" / "orphan"));
  EXPECT_EQ(fixture.store().status().waiting, 1);
}

TEST(SpooledStore, WithoutRoomAPutIsRefusedAndTheAlarmGoes) {
  SpoolFixture fixture(true);
  fixture.options().most_bytes = 1000;
  fixture.reopen();
  EXPECT_FALSE(fixture.store().status().alarm);
  fixture.put("a", std::string(1000, 'x'));
  TextSource source("y");
  EXPECT_EQ(fixture.store().put("b", source, {}).error().code, base::ErrorCode::resource_exhausted);
  EXPECT_TRUE(fixture.store().status().alarm);
  EXPECT_EQ(fixture.store().status().refused, 1U);
  EXPECT_EQ(fixture.store().get("a", 0, 5).value(), "xxxxx");
}

TEST(SpooledStore, WhatWaitsTooLongRaisesTheAlarm) {
  SpoolFixture fixture(true);
  fixture.options().alarm_after = base::Duration(0);
  fixture.reopen();
  fixture.put("a", "x");
  while (!fixture.store().status().alarm) std::this_thread::yield();
  EXPECT_GT(fixture.store().status().oldest, base::Duration(0));
}

TEST(SpooledStore, OneBlobThatIsRefusedHoldsUpNoOther) {
  SpoolFixture fixture;
  class Choosy : public Remote {
   public:
    base::Result<Written> put(const std::string& key, Source& source, const PutOptions& options) override {
      if (key == "bad") return base::fail(base::ErrorCode::permission_denied, "test", "not this one");
      return Remote::put(key, source, options);
    }
  } remote;
  SpoolOptions options = fixture.options();
  options.folder = new_folder();
  auto store = std::move(*SpooledStore::open(remote, options));
  for (const auto* key : {"bad", "good", "other"}) {
    TextSource source("x");
    EXPECT_TRUE(store->put(key, source, {}));
  }
  while (store->status().sent < 2) std::this_thread::yield();
  EXPECT_EQ(store->status().waiting, 1);
  EXPECT_EQ(store->get("bad", 0, 1).value(), "x");
  store.reset();
  fs::remove_all(options.folder);
}

}  // namespace
}  // namespace frontdesk::spool
