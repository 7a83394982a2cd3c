#include "records/archive/recording_archive.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <fstream>

#include "base/clock.hpp"
#include "crypto/encoding.hpp"
#include "store/call_writer.hpp"
#include "store/test_databases/test_databases.hpp"
#include "vault/sealed_head.hpp"

namespace frontdesk::archive {
namespace {

namespace fs = std::filesystem;
using test_databases::Kind;
using test_databases::TestDatabase;

constexpr const char* kMonth = "recordings/2026-11/";
constexpr std::chrono::seconds kDeadline(20);

/// As long as the head of a sealed file, and taken for one by whoever looks at its first bytes.
std::string sound_of(const std::string& id) {
  return "FDSEAL01" + std::string(120, 'x') + id;
}

/// A bucket in memory that can be away.
class Bucket : public blobs::BlobStore {
 public:
  base::Result<blobs::Written> put(const std::string& key, blobs::Source& source, const blobs::PutOptions&) override {
    auto content = blobs::read_fully(source, 10'000'000);
    while (slow) std::this_thread::yield();
    const std::lock_guard lock(mutex);
    if (away) return gone();
    if (forgetful) return blobs::Written{content->size(), crypto::sha256(*content)};
    all[key] = *content;
    ++puts;
    return blobs::Written{content->size(), crypto::sha256(*content)};
  }
  base::Result<std::string> get(const std::string& key, std::uint64_t offset, std::size_t length) override {
    const std::lock_guard lock(mutex);
    if (away) return gone();
    ++gets;
    if (!all.contains(key)) return base::fail(base::ErrorCode::not_found, "test", "none");
    return all[key].substr(offset, length);
  }
  base::Result<blobs::Info> head(const std::string& key) override {
    const std::lock_guard lock(mutex);
    if (away) return gone();
    if (!all.contains(key)) return base::fail(base::ErrorCode::not_found, "test", "none");
    return blobs::Info{all[key].size(), {}};
  }
  base::Status remove(const std::string& key) override {
    const std::lock_guard lock(mutex);
    if (away) return gone();
    all.erase(key);
    return {};
  }
  base::Result<blobs::Page> list(const std::string&, const std::string&, int) override { return blobs::Page{}; }
  static tl::unexpected<base::Error> gone() {
    return base::fail(base::ErrorCode::unavailable, "test", "the service is away", base::Retry::later);
  }
  bool has(const std::string& key) {
    const std::lock_guard lock(mutex);
    return all.contains(key);
  }

  std::atomic<bool> away{false}, forgetful{false}, slow{false};
  std::atomic<int> puts{0}, gets{0};
  std::mutex mutex;
  std::map<std::string, std::string> all;
};

class RecordingArchiveTest : public ::testing::TestWithParam<Kind> {
 protected:
  RecordingArchiveTest() {
    options_.data_folder = database_.location().folder;
    options_.keep_free = 0;
    options_.look_every = base::milliseconds(5);
    options_.backoff = {base::milliseconds(1), base::milliseconds(20)};
  }
  void keep_heads() {
    options_.head = [](const fs::path& path) -> base::Result<vault::Bytes> {
      std::ifstream file(path);
      const std::string text{std::istreambuf_iterator<char>(file), {}};
      if (text.size() < vault::kHeadBytes) return base::fail(base::ErrorCode::data_loss, "test", "no head");
      return vault::Bytes(text.begin(), text.begin() + vault::kHeadBytes);
    };
  }
  void open() {
    archive_.reset();
    archive_ = std::move(*RecordingArchive::open(
        bucket_, [this] { return base::Result<std::unique_ptr<store::Connection>>(database_.open()); }, options_));
  }
  std::string begin(const std::string& id, std::int64_t hours_ago = 0) {
    store::CallRow row;
    row.id = id;
    row.started_at = {base::wall_now().unix_ms - hours_ago * 3'600'000};
    row.recording = kMonth + id + ".wav.sealed";
    EXPECT_TRUE(store::CallWriter(*connection_).begin(row));
    fs::create_directories(options_.data_folder / kMonth);
    std::ofstream(options_.data_folder / row.recording) << sound_of(id);
    return row.recording;
  }
  void end(const std::string& id) {
    EXPECT_TRUE(connection_->write("UPDATE calls SET status = 'answered', ended_at = started_at WHERE id = ?", {id}));
  }
  std::string finished(const std::string& id, std::int64_t hours_ago = 0) {
    auto recording = begin(id, hours_ago);
    end(id);
    return recording;
  }
  void erase(const std::string& id) { EXPECT_TRUE(connection_->write("DELETE FROM calls WHERE id = ?", {id})); }
  bool here(const std::string& recording) const { return fs::exists(options_.data_folder / recording); }
  bool spooled(const std::string& recording) const { return here("spool/blobs/" + recording); }
  std::int64_t rows(const std::string& recording) {
    return connection_->run("SELECT COUNT(*) FROM recordings WHERE path = ? AND place = 's3'", {recording})
        ->front()
        .integer(0);
  }
  static bool soon(const std::function<bool()>& look) {
    const auto give_up = std::chrono::steady_clock::now() + kDeadline;
    while (!look()) {
      if (std::chrono::steady_clock::now() > give_up) return false;
      std::this_thread::yield();
    }
    return true;
  }
  /// In the bucket, with a row that says so, and nowhere else.
  bool moved(const std::string& recording) {
    return bucket_.has(recording) && rows(recording) == 1 && !here(recording) && !spooled(recording);
  }
  std::string content(const std::string& recording) {
    const auto path = archive_->find(recording);
    if (!path) return path.error().message;
    std::ifstream file(*path);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  TestDatabase database_{GetParam()};
  std::unique_ptr<store::Connection> connection_ = database_.open();
  Bucket bucket_;
  ArchiveOptions options_;
  std::unique_ptr<RecordingArchive> archive_;
};

TEST_P(RecordingArchiveTest, AFinishedRecordingMovesToTheBucketAndIsPlayedFromThere) {
  open();
  const auto recording = begin("call_a");
  const auto other = finished("call_b");
  ASSERT_TRUE(soon([&] { return moved(other); }));
  EXPECT_TRUE(here(recording)) << "its call goes on";
  end("call_a");
  ASSERT_TRUE(soon([&] { return moved(recording); }));
  EXPECT_EQ(content(recording), sound_of("call_a"));
  const int gets = bucket_.gets;
  EXPECT_EQ(content(recording), sound_of("call_a"));
  EXPECT_EQ(bucket_.gets, gets) << "it was fetched once";
  EXPECT_EQ(archive_->problem(), "");
}

TEST_P(RecordingArchiveTest, TheBucketNeverSeesTheKeyOfARecording) {
  keep_heads();
  open();
  const auto recording = finished("call_a");
  ASSERT_TRUE(soon([&] { return moved(recording); }));
  auto expected = sound_of("call_a");
  std::fill(expected.begin() + vault::kHeadNameBytes, expected.begin() + vault::kHeadBytes, '\0');
  EXPECT_EQ(bucket_.all[recording], expected);
  EXPECT_EQ(content(recording), sound_of("call_a")) << "its row has the head";
  const auto row = connection_->run("SELECT master_key FROM recordings")->front();
  EXPECT_EQ(row.text(0), "7878787878787878");
  // Wrapped anew in its row, it is that head that a fetched file has.
  fs::remove_all(options_.data_folder / "cache");
  auto other = sound_of("call_a");
  std::fill(other.begin() + vault::kHeadNameBytes, other.begin() + vault::kHeadBytes, 'y');
  const vault::Bytes head(other.begin(), other.begin() + vault::kHeadBytes);
  ASSERT_TRUE(connection_->write("UPDATE recordings SET head = ?", {crypto::hex(head)}));
  EXPECT_EQ(content(recording), other);
}

TEST_P(RecordingArchiveTest, WhatHasNoHeadToKeepIsTold) {
  keep_heads();
  open();
  const auto recording = begin("call_a");
  std::ofstream(options_.data_folder / recording, std::ios::trunc) << "FDSEAL01";
  end("call_a");
  ASSERT_TRUE(soon([&] { return archive_->problem().find("no head") != std::string::npos; }));
  const auto other = finished("call_b");
  EXPECT_TRUE(soon([&] { return moved(other); })) << "it stands in nobody's way";
  EXPECT_EQ(rows(recording), 0);
  EXPECT_EQ(content(recording), "FDSEAL01");
}

TEST_P(RecordingArchiveTest, ASpoolThatFillsUpIsToldBeforeItIsFull) {
  bucket_.slow = true;
  options_.most_waiting = 150;
  open();
  const auto recording = finished("call_a");  // 134 bytes of 150
  EXPECT_TRUE(soon([&] { return archive_->problem().find("89 % full") != std::string::npos; })) << archive_->problem();
  bucket_.slow = false;
  EXPECT_TRUE(soon([&] { return moved(recording) && archive_->problem().empty(); }));
}

TEST_P(RecordingArchiveTest, WhatAnotherMachineMovedIsPlayedHere) {
  open();
  bucket_.all[std::string(kMonth) + "call_x.wav.sealed"] = "elsewhere";
  EXPECT_EQ(content(std::string(kMonth) + "call_x.wav.sealed"), "elsewhere");
  EXPECT_EQ(archive_->find(std::string(kMonth) + "call_y.wav.sealed").error().code, base::ErrorCode::not_found);
  bucket_.all["../master.key"] = "planted";
  EXPECT_EQ(archive_->find("../master.key").error().code, base::ErrorCode::not_found);
}

TEST_P(RecordingArchiveTest, AnOutageLosesNothingAndIsTold) {
  bucket_.away = true;
  open();
  std::vector<std::string> all;
  for (int i = 0; i < 20; ++i) all.push_back(finished("call_" + std::to_string(i)));
  ASSERT_TRUE(soon([&] { return std::ranges::all_of(all, [&](const auto& each) { return spooled(each); }); }));
  ASSERT_TRUE(soon([&] { return archive_->problem().find("the service is away") != std::string::npos; }));
  EXPECT_EQ(content(all[7]), sound_of("call_7")) << "played meanwhile";
  open();
  EXPECT_EQ(content(all[8]), sound_of("call_8")) << "after a restart, too";
  bucket_.away = false;
  ASSERT_TRUE(soon([&] { return std::ranges::all_of(all, [&](const auto& each) { return moved(each); }); }));
  ASSERT_TRUE(soon([&] { return archive_->problem().empty(); }));
}

TEST_P(RecordingArchiveTest, ABucketThatKeepsNothingIsNotBelieved) {
  bucket_.forgetful = true;
  open();
  const auto recording = finished("call_a");
  ASSERT_TRUE(soon([&] { return !archive_->problem().empty(); }));
  EXPECT_EQ(rows(recording), 0);
  EXPECT_EQ(content(recording), sound_of("call_a"));
  bucket_.forgetful = false;
  EXPECT_TRUE(soon([&] { return moved(recording); }));
}

TEST_P(RecordingArchiveTest, AKillBetweenAnyTwoStepsLosesNothing) {
  // In the bucket, but the original and the row of it are as before the move.
  const auto a = finished("call_a");
  open();
  ASSERT_TRUE(soon([&] { return moved(a); }));
  archive_.reset();
  std::ofstream(options_.data_folder / a) << sound_of("call_a");
  ASSERT_TRUE(connection_->write("DELETE FROM recordings"));
  // With its row, and the original still there.
  const auto b = finished("call_b");
  open();
  ASSERT_TRUE(soon([&] { return moved(a) && moved(b); }));
  archive_.reset();
  std::ofstream(options_.data_folder / b) << sound_of("call_b");
  // Half a copy in the spool.
  const auto c = finished("call_c");
  fs::create_directories((options_.data_folder / "spool/blobs" / c).parent_path());
  std::ofstream(options_.data_folder / "spool/blobs" / c) << "sound";
  open();
  ASSERT_TRUE(soon([&] { return moved(b) && moved(c); }));
  for (const auto& [recording, sound] : {std::pair(a, "a"), std::pair(b, "b"), std::pair(c, "c")})
    EXPECT_EQ(content(recording), sound_of(std::string("call_") + sound));
}

TEST_P(RecordingArchiveTest, WhatIsForgottenIsGoneEverywhereEvenIfTheBucketIsAway) {
  open();
  const auto recording = finished("call_a");
  ASSERT_TRUE(soon([&] { return moved(recording); }));
  EXPECT_EQ(content(recording), sound_of("call_a"));
  bucket_.away = true;
  EXPECT_TRUE(archive_->forget(recording));
  EXPECT_FALSE(here("cache/" + recording));
  EXPECT_EQ(archive_->find(recording).error().code, base::ErrorCode::not_found);
  open();
  bucket_.away = false;
  EXPECT_TRUE(soon([&] { return !bucket_.has(recording); }));
}

TEST_P(RecordingArchiveTest, ACallThatWasErasedWhileItsRecordingWaitedLeavesNothing) {
  bucket_.away = true;
  open();
  const auto recording = finished("call_a");
  ASSERT_TRUE(soon([&] { return spooled(recording) && !here(recording); }));
  erase("call_a");  // by another machine, which cannot reach this disk
  bucket_.away = false;
  ASSERT_TRUE(soon([&] { return bucket_.puts > 0 && !bucket_.has(recording) && !spooled(recording); }));
  EXPECT_EQ(rows(recording), 0);
}

TEST_P(RecordingArchiveTest, TheOriginalStaysAsLongAsAsked) {
  options_.keep_local_hours = 2;
  open();
  const auto young = finished("call_young", 1);
  const auto old = finished("call_old", 3);
  ASSERT_TRUE(soon([&] { return moved(old) && rows(young) == 1 && !spooled(young); }));
  EXPECT_TRUE(here(young));
}

TEST_P(RecordingArchiveTest, OldRecordingsAreForgotten) {
  open();
  const auto recording = finished("call_old", 49);
  ASSERT_TRUE(soon([&] { return moved(recording); }));
  options_.keep_days = 2;
  open();
  ASSERT_TRUE(soon([&] { return !bucket_.has(recording) && rows(recording) == 0; }));
  EXPECT_EQ(connection_->run("SELECT recording FROM calls WHERE id = 'call_old'")->front().text(0), "");
}

TEST_P(RecordingArchiveTest, WithoutRoomToWaitItStaysWhereItIs) {
  bucket_.away = true;
  options_.most_waiting = 5;
  open();
  const auto a = finished("call_a");
  ASSERT_TRUE(soon([&] { return spooled(a); }));
  const auto b = finished("call_b");
  ASSERT_TRUE(soon([&] { return archive_->problem().find("too much waits") != std::string::npos; }));
  EXPECT_TRUE(here(b));
  bucket_.away = false;
  EXPECT_TRUE(soon([&] { return moved(a) && moved(b) && archive_->problem().empty(); }));
}

TEST_P(RecordingArchiveTest, WhatWasFetchedIsBounded) {
  options_.most_fetched = 150;
  open();
  for (const auto* id : {"call_a", "call_b", "call_c"}) {
    const auto recording = finished(id);
    ASSERT_TRUE(soon([&] { return moved(recording); }));
    EXPECT_EQ(content(recording), sound_of(id));  // 134 bytes
  }
  EXPECT_FALSE(here(std::string("cache/") + kMonth + "call_b.wav.sealed"));
  EXPECT_TRUE(here(std::string("cache/") + kMonth + "call_c.wav.sealed"));
}

TEST_P(RecordingArchiveTest, WithoutABucketNothingIsLeftOfWhatWaitedForIt) {
  bucket_.away = true;
  open();
  const auto recording = finished("call_a");
  ASSERT_TRUE(soon([&] { return spooled(recording) && !here(recording); }));
  archive_.reset();
  EXPECT_TRUE(find_here(options_.data_folder, recording));
  ASSERT_TRUE(remove_waiting(options_.data_folder, recording));
  EXPECT_FALSE(find_here(options_.data_folder, recording));
  EXPECT_FALSE(here("spool/notes/" + recording));
}

TEST_P(RecordingArchiveTest, AFileOfNoKnownCallIsLeftAlone) {
  fs::create_directories(options_.data_folder / kMonth);
  const auto stray = std::string(kMonth) + "call_stray.wav.sealed";
  std::ofstream(options_.data_folder / stray) << "x";
  open();
  const auto recording = finished("call_z");
  ASSERT_TRUE(soon([&] { return moved(recording); }));
  EXPECT_TRUE(here(stray));
  EXPECT_FALSE(bucket_.has(stray));
}

INSTANTIATE_TEST_SUITE_P(Databases, RecordingArchiveTest, testing::Values(Kind::sqlite, Kind::postgres),
                         test_databases::KindName());

}  // namespace
}  // namespace frontdesk::archive
